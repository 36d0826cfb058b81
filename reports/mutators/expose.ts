import type { Mutator } from './mutator.ts'

export const expose: Mutator = {
  name: 'expose',
  ways: [
    {
      does: 'a client that is no member of the room gets a message',
      must: ['access'],
      may: ['applied-once', 'receipts', 'sync-honest'],
      plant(draft, { delivery, outsider }) {
        draft.repeat(delivery, (draft.columns.tNs[delivery] ?? 0) + 1, { client: outsider })
        return []
      },
    },
  ],
}
