import { kinds } from '../history/kinds.ts'
import type { OnlineCheck } from './online-check.ts'

/** Stands for every entry that is no message. */
const otherEntry = -(2 ** 31)

export const sequenceOnline: OnlineCheck = {
  name: 'sequence',
  open() {
    /** By room: what the first row that told of a seq had there. */
    const rooms = new Map<number, Map<number, number>>()
    return ({ kind, room, seq, message }) => {
      const isEntry = kind === kinds.entry.code
      if (!isEntry && ((kind !== kinds.delivery.code && kind !== kinds.ok.code) || message === -1)) return null
      const seqs = rooms.get(room) ?? new Map<number, number>()
      rooms.set(room, seqs)
      const own = isEntry ? otherEntry : message
      const there = seqs.get(seq)
      if (there === undefined) seqs.set(seq, own)
      return there === undefined || there === own ? null : { why: `seq ${seq} is one entry for one client, and another for another` }
    }
  },
}
