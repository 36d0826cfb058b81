/** Which messages are changed while somebody looks, in whatever way: so that a purge takes only what was archived. */
import type { WireEntry } from '../protocol.ts'

export interface WatchedChanges extends Disposable {
  /** Whether one of the messages was changed since the watch began, as far as this node has folded. */
  touched(messageIds: ReadonlySet<string>): boolean
}

export class RecordChanges {
  readonly #watches = new Map<string, Set<Set<string>>>()

  /** To be called with every entry that this node folds. */
  observe(roomId: string, { change }: Pick<WireEntry, 'change'>): void {
    if (change === undefined || !('messageId' in change)) return
    for (const changed of this.#watches.get(roomId) ?? []) changed.add(change.messageId)
  }

  watch(roomId: string): WatchedChanges {
    const changed = new Set<string>()
    const watches = this.#watches.get(roomId) ?? new Set()
    this.#watches.set(roomId, watches.add(changed))
    return {
      touched: (messageIds) => [...changed].some((id) => messageIds.has(id)),
      [Symbol.dispose]: () => {
        watches.delete(changed)
        if (watches.size === 0 && this.#watches.get(roomId) === watches) this.#watches.delete(roomId)
      },
    }
  }
}
