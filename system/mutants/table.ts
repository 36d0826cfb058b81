/** Every known bug that can be switched on by name. */
import { ackBeforeCommit } from './ack-before-commit.ts'
import { noUniqueKey } from './no-unique-key.ts'
import { plainAckWithoutTimeout } from './plain-ack-without-timeout.ts'
import { publishSkippedWithoutHeartbeat } from './publish-skipped-without-heartbeat.ts'
import type { Mutant } from './mutant.ts'

export const mutants: readonly Mutant[] = [ackBeforeCommit, publishSkippedWithoutHeartbeat, plainAckWithoutTimeout, noUniqueKey]
