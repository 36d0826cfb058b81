import type { Mutator } from './mutator.ts'

export const delay: Mutator = {
  name: 'delay',
  ways: [
    {
      does: 'one member applies a message after the two that follow it',
      must: ['applied-once'],
      may: ['shown-order', 'causal', 'session-guarantees'],
      plant({ columns }, { delivery, deliveryAfterNext, next, afterNext }) {
        columns.tNs[delivery] = (columns.tNs[deliveryAfterNext] ?? 0) + 1
        return [next, afterNext]
      },
    },
  ],
}
