/** Every online check. A new one is a file and a row here. */
import { accessOnline } from './access.ts'
import { appliedOnceOnline } from './applied-once.ts'
import { intactOnline } from './intact.ts'
import { noPhantomOnline } from './no-phantom.ts'
import type { OnlineCheck } from './online-check.ts'
import { sequenceOnline } from './sequence.ts'
import { statusLegalOnline } from './status-legal.ts'

export const onlineChecks: readonly OnlineCheck[] = [appliedOnceOnline, noPhantomOnline, intactOnline, accessOnline, statusLegalOnline, sequenceOnline]
