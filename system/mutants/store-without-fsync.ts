/**
 * The store acknowledges what is not on disk yet. No decorator: the store's own program does it when it is not told to sync. A kill loses no more than lay in the
 * program's own buffers, a few milliseconds of writes, and at times nothing (once in five kills, as far as seen): hence the experiment kills twice.
 */
import type { Mutant } from './mutant.ts'

export const storeWithoutFsync: Mutant = {
  name: 'store-without-fsync',
  breaks: 'acknowledged writes are lost when the store is killed',
  caughtBy: ['acked-is-stored', 'sequence'],
  experiment: 'store-kill',
  mongo: { syncOnCommit: false },
}
