import { layers } from '../history/codes.ts'
import { kinds } from '../history/kinds.ts'
import type { OnlineCheck } from './online-check.ts'

interface View {
  /** Seqs applied in this generation. */
  applied: Set<number>
  last: number
}

export const appliedOnceOnline: OnlineCheck = {
  name: 'applied-once',
  open() {
    const views = new Map<string, View>()
    return ({ kind, client, room, seq, layer }) => {
      if (kind === kinds.clientReplaced.code) for (const other of [...views.keys()].filter((one) => one.startsWith(`${client} `))) views.delete(other)
      const key = `${client} ${room}`
      const view = views.get(key)
      if (kind === kinds.syncReset.code || (kind === kinds.joined.code && view !== undefined && view.last < seq - 1)) {
        views.set(key, { applied: new Set(), last: kind === kinds.joined.code ? seq - 1 : seq })
        return null
      }
      if ((kind !== kinds.delivery.code && kind !== kinds.entry.code) || (layer & layers.applied) === 0) return null
      const own = view ?? { applied: new Set<number>(), last: -1 }
      views.set(key, own)
      if (own.applied.has(seq)) return { why: `seq ${seq} is applied again` }
      own.applied.add(seq)
      if ((layer & layers.page) !== 0 || seq <= own.last) return null
      const hole = own.last !== -1 && seq !== own.last + 1
      const why = `seq ${seq} is applied after ${own.last}, with a hole before it`
      own.last = seq
      return hole ? { why } : null
    }
  },
}
