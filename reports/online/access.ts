import { kinds } from '../history/kinds.ts'
import type { OnlineCheck } from './online-check.ts'

/** As far as a client itself knows: what concerns others is judged from the log of the closed run. */
export const accessOnline: OnlineCheck = {
  name: 'access',
  open({ homes }) {
    /** By client and room: the seq of its leave; Infinity while it is a member. */
    const endOf = new Map<string, number>()
    return ({ kind, client, room, seq }) => {
      const key = `${client} ${room}`
      if (kind === kinds.joined.code) endOf.set(key, Infinity)
      else if (kind === kinds.left.code) endOf.set(key, seq)
      else if (kind === kinds.delivery.code || kind === kinds.entry.code) {
        const end = endOf.get(key) ?? (homes[client]?.has(room) === true ? Infinity : 0)
        if (seq > end) return { why: end === 0 ? `seq ${seq} reaches a client that is no member` : `seq ${seq} reaches a client that was out at seq ${end}` }
      }
      return null
    }
  },
}
