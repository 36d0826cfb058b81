/** The seams of the client. A mutant decorates them; nothing else replaces them. */
import type { Socket } from 'socket.io-client'
import type { ServerToClient, WireEntry } from '../protocol.ts'
import type { Way } from './observer.ts'
import type { OutboxRow } from './outbox.ts'
import type { Receipts, Through } from './receipts.ts'
import { arrive } from './room-view.ts'
import type { Arrival, RoomView } from './room-view.ts'

/** What a client emits, as the transport sees it: an event with one payload and an ack. */
interface Requests {
  [event: string]: (payload: object, ack: (answer: unknown) => void) => void
}
export type ChatSocket = Socket<ServerToClient, Requests>

export interface ClientParts {
  /** Resolves to the ack; rejects when none came within `timeoutMs` or the socket disconnected. */
  emitWithAck(socket: ChatSocket, event: string, payload: object, timeoutMs: number): Promise<unknown>
  /** Called once an event, before the first connect. */
  listen<E extends keyof ServerToClient>(socket: ChatSocket, event: E, listener: ServerToClient[E]): void
  /** The rule by which an entry changes a view. */
  arrive(view: RoomView, entry: WireEntry, way: Way): Arrival
  /** The seq behind which a sync is to go on. */
  resumeAfter(view: Readonly<RoomView>): number
  /** The seq up to which this device says that it has everything. */
  deliveredThrough(view: Readonly<RoomView>): number
  /** How far the others have come, as own messages are moved on by it. */
  othersThrough(receipts: Receipts, applied: number): Through
  /** The id that an attempt carries. */
  attemptId(row: Readonly<OutboxRow>): string
  /** Sends of one room that may be in flight together. */
  sendsAtOnce: number
  /** Whether an own entry that comes by the wire settles its send. */
  settles(entry: WireEntry): boolean
}

export const clientParts: ClientParts = {
  emitWithAck: (socket, event, payload, timeoutMs) => socket.timeout(timeoutMs).emitWithAck(event, payload),
  listen<E extends keyof ServerToClient>(socket: ChatSocket, event: E, listener: ServerToClient[E]) {
    const events: { on(event: string, listener: ServerToClient[E]): unknown } = socket
    events.on(event, listener)
  },
  arrive,
  resumeAfter: (view) => view.applied,
  deliveredThrough: (view) => view.applied,
  othersThrough: (receipts, applied) => receipts.through(applied),
  attemptId: (row) => row.clientMessageId,
  sendsAtOnce: 1,
  settles: () => true,
}
