/**
 * The reconnect protocol, seen from the client:
 *
 *   hello -> sync:begin {room: applied} -> pages, acked one by one, live entries beside them -> sync:complete {head} -> ask for what is missing
 *                                       -> or sync:reset {head}: a new generation, newest history page, then further back beside the rest
 */
import type { ServerToClient, SyncRequest } from '../protocol.ts'
import type { Alarms } from './alarms.ts'
import type { Connection } from './connection.ts'
import type { Intake } from './intake.ts'
import type { Observer } from './observer.ts'
import type { ClientParts } from './parts.ts'
import type { Repair } from './repair.ts'
import { resetView, want } from './room-view.ts'
import { detachRoom } from './room.ts'
import type { Room, Rooms } from './room.ts'
import type { ClientSettings } from './settings.ts'

export interface SyncOptions {
  connection: Connection
  parts: Pick<ClientParts, 'resumeAfter'>
  rooms: Rooms
  intake: Intake
  repair: Repair
  observer: Pick<Observer, 'syncBegin' | 'syncComplete' | 'syncReset'>
  settings: ClientSettings
  alarms: Alarms
  /** A room of the user that this client doesn't follow yet; undefined: leave it. */
  openFurther: (name: string) => Room | undefined
  /** Members and cursors as told by the node. */
  standing: (room: Room, complete: Parameters<ServerToClient['sync:complete']>[0]) => void
  roomSynced: (room: Room) => void
  /** All rooms of a new connection are synced. */
  allSynced: () => void
}

export interface Sync {
  /** All rooms, on a new connection. */
  beginAll(): Promise<void>
  /** This room, on the present connection; without one it is begun with the next. */
  begin(room: Room): void
  lost(): void
  synced: () => boolean
}

export function createSync(options: SyncOptions): Sync {
  const { connection, parts, rooms, intake, repair, observer, settings, alarms } = options
  /** Rooms to begin next. Subtle: the node ends a replay when the next sync:begin comes, so one follows the other. */
  const waiting = new Set<Room>()
  let asking = false
  let synced = false
  let cancelWatch = (): void => {}

  function syncingRoom(): Room | undefined {
    return rooms.values().find((room) => room.syncing)
  }
  function progress(): void {
    cancelWatch()
    const room = syncingRoom()
    if (!asking && !room) return
    cancelWatch = alarms.after(settings.syncMs, () => connection.restart(`no sync progress in ${settings.syncMs} ms (${room?.name ?? 'sync:begin'})`))
  }
  function advance(): void {
    progress()
    if (asking || syncingRoom() || !connection.greeted()) return
    if (waiting.size > 0) void ask()
    else if (!synced) {
      synced = true
      options.allSynced()
    }
  }
  function finish(room: Room): void {
    if (!room.syncing || !room.completed || !room.newestLoaded) return
    room.syncing = false
    room.synced = true
    advance()
    options.roomSynced(room)
    void repair.fill(room)
    if (room.backfill) void repair.backfill(room, false)
  }

  function takeWaiting(): Room[] {
    const asked = [...waiting]
    waiting.clear()
    for (const room of asked) {
      room.syncing = true
      room.completed = false
      room.newestLoaded = true
      room.synced = false
      room.ended = false
      observer.syncBegin(room.name, parts.resumeAfter(room.view), room.view.generation)
    }
    return asked
  }
  async function ask(): Promise<void> {
    const session = connection.session()
    const asked = takeWaiting()
    const request: SyncRequest = {
      rooms: Object.fromEntries(asked.map(({ name, view }) => [name, { epoch: view.epoch, appliedSeq: parts.resumeAfter(view) }])),
    }
    asking = true
    progress()
    const answer = await connection.request('sync:begin', request).catch((error: unknown) => String(error))
    if (session !== connection.session()) return
    asking = false
    if (typeof answer === 'string' || !answer.ok) return connection.restart(`sync:begin: ${typeof answer === 'string' ? answer : answer.error.code}`)
    const replayed = new Set(answer.rooms)
    for (const room of asked) {
      if (replayed.has(room.name)) continue
      room.syncing = false
      room.ended = true
    }
    for (const name of answer.further) {
      const room = options.openFurther(name)
      if (room) waiting.add(room)
    }
    advance()
  }
  async function loadNewest(room: Room): Promise<void> {
    const { generation } = room.view
    if (room.backfill && !(await repair.backfill(room, true))) return
    if (generation !== room.view.generation) return
    room.newestLoaded = true
    finish(room)
  }

  connection.on('sync:page', (page, ack) => {
    const room = rooms.get(page.room)
    for (const entry of page.entries) if (room) intake.take(room, entry, 'sync')
    progress()
    ack()
  })
  connection.on('sync:complete', (complete) => {
    const room = rooms.get(complete.room)
    if (!room) return
    observer.syncComplete(complete.room, complete.head, complete.epoch, room.view.generation)
    options.standing(room, complete)
    if (complete.epoch === room.view.epoch) want(room.view, complete.head)
    room.completed = true
    finish(room)
  })
  connection.on('sync:reset', (reset) => {
    const room = rooms.get(reset.room)
    if (!room?.syncing) return
    const floor = reset.reason === 'gap_over_limit' && reset.epoch === room.view.epoch && !room.backfill ? room.view.applied : 0
    if (reset.epoch !== room.view.epoch) room.records.clear()
    resetView(room.view, reset.epoch, reset.head)
    observer.syncReset(reset.room, reset.head, reset.reason, room.view.generation)
    room.backfill = reset.head > floor ? { before: reset.head + 1, floor } : null
    room.newestLoaded = false
    void loadNewest(room)
  })

  return {
    async beginAll() {
      for (const room of rooms.values()) waiting.add(room)
      await ask()
    },
    begin(room) {
      if (!connection.greeted()) return
      waiting.add(room)
      advance()
    },
    lost() {
      cancelWatch()
      waiting.clear()
      asking = false
      synced = false
      for (const room of rooms.values()) detachRoom(room)
    },
    synced: () => synced,
  }
}
