import { kinds } from '../history/kinds.ts'
import type { OnlineCheck } from './online-check.ts'

export const intactOnline: OnlineCheck = {
  name: 'intact',
  open({ meant }) {
    return ({ kind, message, value }) => {
      if (kind !== kinds.delivery.code || message < 0) return null
      const isAltered = (): boolean => meant.get(message)?.has(value) === false
      if (meant.get(message)?.has(value) === true) return null
      // An edit may be told by a worker that hasn't flushed yet.
      return { why: 'a message is seen with a content that nobody sent', stillHolds: isAltered }
    }
  },
}
