import type { Draft } from './draft.ts'
import type { Mutator } from './mutator.ts'

export const swap: Mutator = {
  name: 'swap',
  ways: [
    {
      does: 'one member applies two messages in the wrong order',
      must: ['applied-once'],
      may: ['shown-order', 'causal', 'session-guarantees'],
      plant({ columns }, { delivery, deliveryOfNext, next }) {
        const earlier = columns.tNs[delivery] ?? 0
        columns.tNs[delivery] = columns.tNs[deliveryOfNext] ?? 0
        columns.tNs[deliveryOfNext] = earlier
        return [next]
      },
    },
    {
      does: 'two messages of one sender are stored, acked and delivered with each other’s seq',
      must: ['sender-order', 'real-time-order', 'applied-once'],
      may: ['shown-order', 'session-guarantees', 'causal', 'receipts'],
      plant(draft, { message, sender, room, afterNext, next }) {
        const { history } = draft
        const later = history.messages.client.findIndex(
          (client, other) => other > message && client === sender && history.columns.room[draft.rowOf('stored', other)] === room,
        )
        exchangeSeqs(draft, message, later)
        return [later, next, afterNext]
      },
    },
  ],
}

/** In every row that a node, a client or the audit has of the two. */
function exchangeSeqs({ columns, journals, history }: Draft, one: number, other: number): void {
  const seqOf = (message: number): number => columns.seq[history.rowsOf('stored').find((row) => columns.message[row] === message) ?? -1] ?? 0
  const seqs = new Map([
    [one, { own: seqOf(one), other: seqOf(other) }],
    [other, { own: seqOf(other), other: seqOf(one) }],
  ])
  for (const part of [columns, journals]) {
    for (const [row, message] of part.message.entries()) {
      const swapped = seqs.get(message)
      if (swapped === undefined || part.seq[row] !== swapped.own) continue
      part.seq[row] = swapped.other
      if ('rev' in part && part.rev[row] === swapped.own) part.rev[row] = swapped.other
    }
  }
}
