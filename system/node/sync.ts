/**
 * Reconnection: puts the socket into its rooms and replays what it missed, page by page, each page acked by the client.
 * Subtle: membership is checked and the socket joined in one synchronous step, before the replay's head is taken; so every entry is
 * either <= that head, and replayed, or goes to the socket live. The client's apply rule sorts out the overlap.
 */
import { pageLimit } from '../protocol.ts'
import { currentJoin, intervalsOf } from './folds.ts'
import { shownPage } from './showing.ts'
import type { SyncAck, SyncRequest } from '../protocol.ts'
import type { NodeContext } from './context.ts'
import type { RoomLog } from './room-log.ts'
import type { ChatSocket } from './socket-types.ts'

const pageDeadlineMs = 5000

type Cursor = SyncRequest['rooms'][string]
interface Entered {
  room: RoomLog
  cursor: Cursor
  head: number
}

/** One a socket: a new `sync:begin` ends the replay of the one before. */
export class SocketSync {
  readonly #context: NodeContext
  readonly #socket: ChatSocket
  #generation = 0

  constructor(context: NodeContext, socket: ChatSocket) {
    this.#context = context
    this.#socket = socket
  }

  /** Resolves with the answer once the socket is in its rooms; the replay goes on after it. */
  async begin(request: SyncRequest): Promise<SyncAck> {
    const leave = this.#context.limits.syncs.enter()
    if (typeof leave !== 'function') return leave
    try {
      return await this.#begin(request, leave)
    } catch (error) {
      leave()
      throw error
    }
  }

  async #begin(request: SyncRequest, leave: () => void): Promise<SyncAck> {
    const generation = ++this.#generation
    const named = Object.entries(request.rooms)
    const [entered, own] = await Promise.all([
      Promise.all(named.map(([roomId, cursor]) => this.#enter(roomId, cursor))),
      this.#context.rooms.roomsOf(this.#socket.data.user),
    ])
    const rooms = entered.flatMap((found) => found ?? [])
    // After the answer has left: the client learns first which rooms to expect.
    setImmediate(() => void this.#replayAll(generation, rooms).finally(leave))
    return { ok: true, rooms: rooms.map(({ room }) => room.roomId), further: own.filter((roomId) => !Object.hasOwn(request.rooms, roomId)) }
  }

  async #enter(roomId: string, cursor: Cursor): Promise<Entered | null> {
    const room = await this.#context.rooms.open(roomId)
    if (room === null) return null
    await room.catchUp()
    if (currentJoin(room.membership, this.#socket.data.user) === null || !this.#socket.connected) return null
    this.#context.parts.entrance.enter(this.#socket, roomId)
    return { room, cursor, head: room.head }
  }

  async #replayAll(generation: number, rooms: readonly Entered[]): Promise<void> {
    try {
      for (const entered of rooms) {
        if (generation !== this.#generation || !this.#socket.connected) return
        await this.#replay(entered, () => generation === this.#generation)
      }
    } catch (error) {
      if (!this.#socket.connected || generation !== this.#generation) return
      // The client would wait for the rest for ever; a new connection begins anew.
      this.#context.onError(error, `replay to ${this.#socket.data.user}`)
      this.#socket.conn.close()
    }
  }

  async #replay({ room, cursor, head }: Entered, isCurrent: () => boolean): Promise<void> {
    const { roomId, epoch, membership } = room
    const socket = this.#socket
    const { user } = socket.data
    const joinedSeq = currentJoin(membership, user)
    if (joinedSeq === null) return
    const plan = this.#context.parts.planReplay(cursor, { epoch, head, joinedSeq, wasMember: (membership.get(user)?.intervals.length ?? 0) > 1 })
    if (plan.kind === 'reset') socket.emit('sync:reset', { room: roomId, epoch, head, reason: plan.reason })
    for (let after = plan.kind === 'replay' ? plan.after : head; after < head; after += pageLimit) {
      const upTo = Math.min(after + pageLimit, head)
      const entries = await this.#context.replays.page({ roomId, epoch, after, upTo })
      if (!isCurrent() || currentJoin(membership, user) === null || !this.#context.lease.isHeld()) return
      const page = shownPage(room, user, entries)
      if (entries.length !== upTo - after) throw new Error(`room ${roomId} has ${entries.length} of the ${upTo - after} entries in (${after}, ${upTo}]`)
      this.#context.parts.journal.write('replayed', { room: roomId, seq: upTo, count: entries.length })
      await socket.timeout(pageDeadlineMs).emitWithAck('sync:page', { room: roomId, epoch, entries: page })
    }
    const cursors = await this.#context.replays.cursors(roomId)
    if (!isCurrent() || currentJoin(membership, user) === null || !this.#context.lease.isHeld()) return
    const shown = cursors.map(({ userId, deviceId, deliveredSeq, readSeq }) => ({ userId, deviceId, deliveredSeq, readSeq }))
    socket.emit('sync:complete', { room: roomId, epoch, head, members: intervalsOf(membership), cursors: shown })
  }
}
