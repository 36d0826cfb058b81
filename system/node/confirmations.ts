/** `confirmations`: for each kick and ban, which nodes have folded it and taken the user's sockets out of the room. */
import { isDuplicateKey } from './duplicate-key.ts'
import type { Store } from './store.ts'

/** An entry that puts somebody out of a room. */
export interface Exclusion {
  id: string
  room: string
  epoch: string
  seq: number
}
export interface StoredConfirmation {
  /** Id of the entry. */
  _id: string
  room: string
  epoch: string
  seq: number
  nodes: { node: string; bootId: string }[]
  state: 'pending' | 'done'
  /** By the store's clock: when it was last confirmed; it is kept for a day. */
  at: Date
}
export interface ConfirmationStore {
  confirm(exclusion: Exclusion, by: { node: string; bootId: string }): Promise<void>
  find(id: string): Promise<StoredConfirmation | null>
  pending(): Promise<StoredConfirmation[]>
  /** Never taken back: a node that starts later folds the log before it serves anybody. */
  finish(id: string): Promise<void>
}

export function confirmationStoreOf({ confirmations }: Pick<Store, 'confirmations'>): ConfirmationStore {
  const confirm = async ({ id, room, epoch, seq }: Exclusion, by: { node: string; bootId: string }) => {
    await confirmations.updateOne(
      { _id: id },
      { $addToSet: { nodes: by }, $setOnInsert: { room, epoch, seq, state: 'pending' }, $currentDate: { at: true } },
      { upsert: true },
    )
  }
  return {
    // Two upserts of one document: the loser finds it at its second try.
    confirm: (exclusion, by) => confirm(exclusion, by).catch((error: unknown) => (isDuplicateKey(error) ? confirm(exclusion, by) : Promise.reject(error))),
    find: (id) => confirmations.findOne({ _id: id }),
    pending: () => confirmations.find({ state: 'pending' }).toArray(),
    async finish(id) {
      await confirmations.updateOne({ _id: id }, { $set: { state: 'done' } })
    },
  }
}
