import { isLegal } from '../checks/status-legal.ts'
import { statuses } from '../history/codes.ts'
import { kinds } from '../history/kinds.ts'
import type { OnlineCheck } from './online-check.ts'

type Status = keyof typeof statuses
const nameOf = new Map<number, Status>(Object.entries(statuses).map(([name, code]) => [code, name as Status]))

export const statusLegalOnline: OnlineCheck = {
  name: 'status-legal',
  open() {
    const last = new Map<number, Status>()
    return ({ kind, message, value }) => {
      if (kind !== kinds.status.code) return null
      const [from, to] = [last.get(message) ?? null, nameOf.get(value)]
      if (to === undefined) return { why: `status ${value} is none` }
      last.set(message, to)
      return isLegal(from, to) ? null : { why: `${from ?? 'nothing'} -> ${to} is no legal step` }
    }
  },
}
