/** Own messages that are stored: how far each has come. */
import type { Observer } from './observer.ts'
import type { Through } from './receipts.ts'
import { stateAfter } from './status.ts'
import type { State } from './status.ts'

export interface OwnMessage {
  readonly clientMessageId: string
  readonly id: string
  readonly room: string
  readonly seq: number
  state: State
  /** Found in the room, not sent by this client: what was told of it before isn't known. */
  readonly found: boolean
}

export interface OwnMessages {
  add(room: string, clientMessageId: string, id: string, seq: number): void
  /** An own message seen in the room: of another device, or from before a reload. */
  find(room: string, clientMessageId: string, id: string, seq: number): void
  advance(room: string, through: Through): void
  /** Undefined when it isn't stored yet, or was read by all so long ago that it is forgotten. */
  get(clientMessageId: string): Readonly<OwnMessage> | undefined
}

/** Messages read by all that are still remembered. */
const doneLimit = 2000

export function createOwnMessages(observer: Pick<Observer, 'status'>): OwnMessages {
  /** Those not yet read by all, by room. */
  const rooms = new Map<string, OwnMessage[]>()
  const all = new Map<string, OwnMessage>()
  const done: string[] = []

  function step(message: OwnMessage, happening: 'delivered' | 'read'): void {
    const state = stateAfter(message.state, happening)
    if (state === message.state) return
    message.state = state
    observer.status(message.clientMessageId, happening)
  }
  function finish({ clientMessageId }: OwnMessage): void {
    done.push(clientMessageId)
    if (done.length < doneLimit * 2) return
    for (const forgotten of done.splice(0, doneLimit)) all.delete(forgotten)
  }

  function keep(message: OwnMessage): void {
    if (all.has(message.clientMessageId)) return
    all.set(message.clientMessageId, message)
    const messages = rooms.get(message.room)
    if (messages) messages.push(message)
    else rooms.set(message.room, [message])
  }

  return {
    add: (room, clientMessageId, id, seq) => keep({ clientMessageId, id, room, seq, state: 'sent', found: false }),
    find: (room, clientMessageId, id, seq) => keep({ clientMessageId, id, room, seq, state: 'sent', found: true }),
    advance(room, through) {
      const messages = rooms.get(room)
      if (!messages || through.delivered < through.first) return
      for (const message of messages) {
        if (message.seq < through.first) continue
        // Subtle: one that was found may have been told as read before; delivered must not follow on that.
        if (message.found && message.state === 'sent' && message.seq <= through.read) message.state = 'delivered'
        if (message.seq <= through.delivered) step(message, 'delivered')
        if (message.seq <= through.read) step(message, 'read')
      }
      const left = messages.filter((message) => message.state !== 'read')
      if (left.length === messages.length) return
      for (const message of messages) if (message.state === 'read') finish(message)
      rooms.set(room, left)
    },
    get: (clientMessageId) => all.get(clientMessageId),
  }
}
