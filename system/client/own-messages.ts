/** Own messages that are stored, until everybody has read them. */
import type { Observer } from './observer.ts'
import type { Through } from './receipts.ts'
import { stateAfter } from './status.ts'
import type { State } from './status.ts'

interface OwnMessage {
  clientMessageId: string
  seq: number
  state: State
}

export interface OwnMessages {
  add(room: string, clientMessageId: string, seq: number): void
  advance(room: string, through: Through): void
}

export function createOwnMessages(observer: Pick<Observer, 'status'>): OwnMessages {
  const rooms = new Map<string, OwnMessage[]>()

  function step(message: OwnMessage, happening: 'delivered' | 'read'): void {
    const state = stateAfter(message.state, happening)
    if (state === message.state) return
    message.state = state
    observer.status(message.clientMessageId, happening)
  }

  return {
    add(room, clientMessageId, seq) {
      const message: OwnMessage = { clientMessageId, seq, state: 'sent' }
      const messages = rooms.get(room)
      if (messages) messages.push(message)
      else rooms.set(room, [message])
    },
    advance(room, through) {
      const messages = rooms.get(room)
      if (!messages || through.delivered < through.first) return
      for (const message of messages) {
        if (message.seq < through.first) continue
        if (message.seq <= through.delivered) step(message, 'delivered')
        if (message.seq <= through.read) step(message, 'read')
      }
      const left = messages.filter((message) => message.state !== 'read')
      if (left.length < messages.length) rooms.set(room, left)
    },
  }
}
