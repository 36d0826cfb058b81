import type { Mutator } from './mutator.ts'

export const reassign: Mutator = {
  name: 'reassign',
  ways: [
    {
      does: 'one member gets another message at that seq',
      must: ['sequence', 'delivered-to-all'],
      may: ['applied-once', 'status-legal', 'receipts', 'convergence', 'shown-order', 'intact', 'causal', 'session-guarantees', 'no-phantom'],
      plant({ columns }, { delivery, next, afterNext }) {
        columns.message[delivery] = afterNext
        columns.value[delivery] = columns.value[delivery + 1] ?? 0
        return [next, afterNext]
      },
    },
    {
      does: 'the store has it from another sender',
      must: ['no-phantom'],
      may: ['acked-is-stored', 'sender-order', 'access'],
      plant(draft, { message, recipient }) {
        draft.columns.client[draft.rowOf('stored', message)] = recipient
        return []
      },
    },
  ],
}
