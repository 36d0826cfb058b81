/** Every known bug that can be switched on by name. */
import { ackBeforeCommit } from './ack-before-commit.ts'
import { archivePurgesBeforeVerify } from './archive-purges-before-verify.ts'
import { authorisationNotRepeated } from './authorisation-not-repeated.ts'
import { clientDedupeForgottenAtReconnect } from './client-dedupe-forgotten-at-reconnect.ts'
import { cursorHighestSeen } from './cursor-highest-seen.ts'
import { dedupeBy2sCache } from './dedupe-by-2s-cache.ts'
import { dedupeKeySavedAfterMessage } from './dedupe-key-saved-after-message.ts'
import { deletionNotPropagatedToSearch } from './deletion-not-propagated-to-search.ts'
import { duplicateAckedWithoutOriginalSeq } from './duplicate-acked-without-original-seq.ts'
import { foldWithoutRevGuard } from './fold-without-rev-guard.ts'
import { heartbeatFromNodeMemory } from './heartbeat-from-node-memory.ts'
import { incThenInsert } from './inc-then-insert.ts'
import { kickOnOneNode } from './kick-on-one-node.ts'
import { lateDisconnectRemovesPresence } from './late-disconnect-removes-presence.ts'
import { listenerOnEveryConnect } from './listener-on-every-connect.ts'
import { muteNotEnforced } from './mute-not-enforced.ts'
import { noUniqueKey } from './no-unique-key.ts'
import { offsetPagination } from './offset-pagination.ts'
import { optimisticDelivered } from './optimistic-delivered.ts'
import { plainAckWithoutTimeout } from './plain-ack-without-timeout.ts'
import { presenceCounterWithoutTtl } from './presence-counter-without-ttl.ts'
import { publishBeforeCommit } from './publish-before-commit.ts'
import { publishSkippedWithoutHeartbeat } from './publish-skipped-without-heartbeat.ts'
import { readinessNeedsRedis } from './readiness-needs-redis.ts'
import { receiptAheadOfApply } from './receipt-ahead-of-apply.ts'
import { replayBeforeJoin } from './replay-before-join.ts'
import { replayCappedButComplete } from './replay-capped-but-complete.ts'
import { retryWithNewId } from './retry-with-new-id.ts'
import { scanOfTheUploadedKey } from './scan-of-the-uploaded-key.ts'
import { scannerErrorTreatedAsClean } from './scanner-error-treated-as-clean.ts'
import { storeWithoutFsync } from './store-without-fsync.ts'
import { twoSendsInFlight } from './two-sends-in-flight.ts'
import { typingToEveryone } from './typing-to-everyone.ts'
import { unhandledPublishRejection } from './unhandled-publish-rejection.ts'
import { urlMintedBeforeVerdict } from './url-minted-before-verdict.ts'
import type { Mutant } from './mutant.ts'

export const mutants: readonly Mutant[] = [
  ackBeforeCommit,
  publishSkippedWithoutHeartbeat,
  plainAckWithoutTimeout,
  noUniqueKey,
  publishBeforeCommit,
  dedupeBy2sCache,
  dedupeKeySavedAfterMessage,
  duplicateAckedWithoutOriginalSeq,
  incThenInsert,
  replayBeforeJoin,
  clientDedupeForgottenAtReconnect,
  cursorHighestSeen,
  replayCappedButComplete,
  optimisticDelivered,
  retryWithNewId,
  twoSendsInFlight,
  listenerOnEveryConnect,
  unhandledPublishRejection,
  kickOnOneNode,
  authorisationNotRepeated,
  muteNotEnforced,
  typingToEveryone,
  offsetPagination,
  foldWithoutRevGuard,
  deletionNotPropagatedToSearch,
  archivePurgesBeforeVerify,
  receiptAheadOfApply,
  heartbeatFromNodeMemory,
  readinessNeedsRedis,
  storeWithoutFsync,
  scannerErrorTreatedAsClean,
  urlMintedBeforeVerdict,
  scanOfTheUploadedKey,
  lateDisconnectRemovesPresence,
  presenceCounterWithoutTtl,
]
