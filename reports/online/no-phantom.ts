import { kinds } from '../history/kinds.ts'
import type { OnlineCheck } from './online-check.ts'

export const noPhantomOnline: OnlineCheck = {
  name: 'no-phantom',
  open({ invokedRoom }) {
    return ({ kind, message, room }) => {
      if (kind !== kinds.delivery.code || message === -1 || invokedRoom.get(message) === room) return null
      // The worker of its sender may not have flushed its row yet.
      return { why: 'a message is seen that no client of the run sent to that room', stillHolds: () => invokedRoom.get(message) !== room }
    }
  },
}
