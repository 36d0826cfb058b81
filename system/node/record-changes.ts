/** Which messages are edited while somebody looks: so that a purge takes only what was archived. */
import type { WireEntry } from '../protocol.ts'

export interface WatchedChanges extends Disposable {
  /** Whether one of the messages was edited since the watch began, as far as this node has folded. */
  touched(messageIds: ReadonlySet<string>): boolean
}

export class RecordChanges {
  readonly #watches = new Map<string, Set<Set<string>>>()

  /** To be called with every entry that this node folds. */
  observe(roomId: string, { change }: Pick<WireEntry, 'change'>): void {
    if (change?.kind !== 'edit') return
    for (const edited of this.#watches.get(roomId) ?? []) edited.add(change.messageId)
  }

  watch(roomId: string): WatchedChanges {
    const edited = new Set<string>()
    const watches = this.#watches.get(roomId) ?? new Set()
    this.#watches.set(roomId, watches.add(edited))
    return {
      touched: (messageIds) => [...edited].some((id) => messageIds.has(id)),
      [Symbol.dispose]: () => {
        watches.delete(edited)
        if (watches.size === 0 && this.#watches.get(roomId) === watches) this.#watches.delete(roomId)
      },
    }
  }
}
