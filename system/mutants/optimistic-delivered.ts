/** Delivered is shown as soon as the message is stored. */
import { losePublishes } from './lost-publishes.ts'
import type { Mutant } from './mutant.ts'

export const optimisticDelivered: Mutant = {
  name: 'optimistic-delivered',
  breaks: 'a message is shown as delivered although a member has not got it, and every seventh commit is published to nobody',
  caughtBy: ['status-legal'],
  experiment: 'steady',
  // Without a loss everybody has it before the end, and then the status is true.
  node: losePublishes,
  client: (parts) => ({
    ...parts,
    othersThrough: (receipts, applied) => ({ ...parts.othersThrough(receipts, applied), delivered: Infinity }),
  }),
}
