/** What is read of the record besides the live flow, and how long it is kept: search, unread counts, archives, retention. */
import { archiveOf } from './archive.ts'
import { openStorage } from './object-storage.ts'
import { retentionSettingsOf } from './retention.ts'
import { messageSearchOf } from './search.ts'
import { unreadStoreOf } from './unread.ts'
import type { Archive } from './archive.ts'
import type { StorageOptions } from './object-storage.ts'
import type { RecordStore } from './record-store.ts'
import type { RetentionSettings } from './retention.ts'
import type { MessageSearch } from './search.ts'
import type { Store } from './store.ts'
import type { UnreadStore } from './unread.ts'

export interface Keeping {
  search: MessageSearch
  unread: UnreadStore
  retention: RetentionSettings
  /** Null on a node without an object store. */
  archive: Archive | null
}
export interface KeepingOptions {
  store: Store
  log: Pick<RecordStore, 'audit'>
  /** Null: no object store. */
  storage: StorageOptions | null
  nowMs: () => number
  newId: () => string
}

export function keepingOf({ store, log, storage, nowMs, newId }: KeepingOptions): Keeping {
  return {
    search: messageSearchOf(store),
    unread: unreadStoreOf(store),
    retention: retentionSettingsOf({ store, log, canArchive: storage !== null, nowMs, newId }),
    archive: storage === null ? null : archiveOf(store, openStorage(storage)),
  }
}
