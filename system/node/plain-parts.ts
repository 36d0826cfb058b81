/** The parts of a node as they are before a mutant or a test replaces one. */
import { confirmationStoreOf } from './confirmations.ts'
import { receiptStoreOf } from './cursors.ts'
import { evictionsOf } from './evictions.ts'
import { fanoutOf } from './fanout.ts'
import { openFileObjects } from './file-objects.ts'
import { heartbeatTellerOf } from './heartbeat.ts'
import { historyWindow } from './history-window.ts'
import { keepingOf } from './keeping.ts'
import { logStoreOf } from './log-store.ts'
import { presenceStoreOf } from './presence-store.ts'
import { presenceTellerOf } from './presence-teller.ts'
import { channelOf } from './socket-types.ts'
import { indexesOf } from './store.ts'
import { planSync } from './sync-plan.ts'
import { uploadStoreOf } from './upload-store.ts'
import type { Foundation } from './foundation.ts'
import type { NodeParts } from './parts.ts'

export function plainParts(foundation: Foundation): NodeParts {
  const { configuration, store, io, journal, nowMs, newId, onError } = foundation
  const { adapter, redis, files, storage } = configuration
  const log = logStoreOf(store.log, store.audits)
  return {
    log,
    indexes: indexesOf(store),
    fanout: fanoutOf(io, journal, adapter !== 'none'),
    writePath: { append: (room, intent) => room.append(intent) },
    heartbeat: heartbeatTellerOf(io),
    ranges: { read: (window) => log.readWindow(window) },
    receipts: receiptStoreOf(store),
    evictions: evictionsOf(io),
    confirmations: confirmationStoreOf(store),
    keeping: keepingOf({ store, log, storage, nowMs, newId }),
    journal,
    presence: presenceStoreOf({ url: redis.url, prefix: `${redis.prefix}:presence`, onError, log: foundation.log }),
    teller: presenceTellerOf(io),
    uploads: uploadStoreOf(store.uploads, files.orphanMs),
    objects: storage === null ? null : openFileObjects(storage, files.storeUrl, nowMs),
    entrance: { enter: (socket, room) => void socket.join(channelOf(room)) },
    planReplay: planSync,
    historyWindow,
    unready: (why) => why,
  }
}
