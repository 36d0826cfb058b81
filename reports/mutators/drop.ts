import type { Mutator } from './mutator.ts'

export const drop: Mutator = {
  name: 'drop',
  ways: [
    {
      does: 'one member never gets a message',
      must: ['delivered-to-all', 'applied-once'],
      may: ['status-legal', 'receipts', 'convergence', 'sync-honest', 'session-guarantees', 'shown-order', 'no-stuck-status'],
      plant(draft, { delivery, next }) {
        draft.remove(delivery)
        return [next]
      },
    },
    {
      does: 'an acked message is not in the store',
      must: ['acked-is-stored', 'sequence'],
      may: ['status-legal', 'convergence', 'receipts', 'real-time-order', 'sender-order', 'no-phantom', 'applied-once'],
      plant(draft, { message, next }) {
        for (const kind of ['stored', 'storedId', 'audited'] as const) for (const row of draft.rowsAbout(kind, message)) draft.remove(row)
        return [next]
      },
    },
    {
      does: 'a sender is never told that its message was delivered',
      must: ['no-stuck-status'],
      plant(draft, { message }) {
        draft.remove(draft.rowsAbout('status', message).at(-1) ?? -1)
        return []
      },
    },
  ],
}
