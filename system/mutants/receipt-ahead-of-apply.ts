/** A device says that it has what is only on its way. */
import type { Mutant } from './mutant.ts'

/** Counted as delivered beyond what has arrived. */
const onTheWay = 2

export const receiptAheadOfApply: Mutant = {
  name: 'receipt-ahead-of-apply',
  breaks: 'delivered is told for messages that the view does not have',
  caughtBy: ['receipts'],
  experiment: 'steady',
  client: (parts) => ({ ...parts, deliveredThrough: (view) => Math.max(view.wanted, view.applied + onTheWay) }),
}
