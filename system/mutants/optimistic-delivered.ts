/** Delivered is shown as soon as the message is stored. */
import type { Mutant } from './mutant.ts'

export const optimisticDelivered: Mutant = {
  name: 'optimistic-delivered',
  breaks: 'a message is shown as delivered although a member has not got it, and every seventh commit is published to nobody',
  caughtBy: ['status-legal'],
  experiment: 'steady',
  node(parts) {
    let published = 0
    return {
      ...parts,
      // Without a loss everybody has it before the end, and then the status is true.
      fanout: {
        ...parts.fanout,
        publish(entry) {
          published += 1
          if (published % 7 !== 0) parts.fanout.publish(entry)
        },
      },
      heartbeat: { tell() {} },
      ranges: { read: () => Promise.resolve([]) },
    }
  },
  client: (parts) => ({
    ...parts,
    othersThrough: (receipts, applied) => ({ ...parts.othersThrough(receipts, applied), delivered: Infinity }),
  }),
}
