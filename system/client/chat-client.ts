/** The chat client: an outbox, a view per room and one connection that keeps them true. No user interface, nothing of a harness. */
import { v7 } from 'uuid'
import type { CursorState } from '../protocol.ts'
import { createAlarms } from './alarms.ts'
import { createChanges } from './changes.ts'
import { createConnection } from './connection.ts'
import type { Connection } from './connection.ts'
import { createIntake } from './intake.ts'
import { askToJoin } from './joins.ts'
import type { Observer } from './observer.ts'
import { createOutbox } from './outbox.ts'
import { createOwnMessages } from './own-messages.ts'
import { clientParts } from './parts.ts'
import type { ClientParts } from './parts.ts'
import { createRepair } from './repair.ts'
import type { Repair } from './repair.ts'
import { createRoom, noEpoch, roomPending } from './room.ts'
import type { Room, Rooms } from './room.ts'
import { createSender } from './sender.ts'
import { defaultSettings } from './settings.ts'
import type { ClientSettings } from './settings.ts'
import type { ClientStorage } from './storage.ts'
import { createSync } from './sync.ts'
import { createWatermarks } from './watermarks.ts'

export interface ChatClientOptions {
  url: string
  /** Asked before every connect. */
  token: () => Promise<string>
  userId: string
  deviceId: string
  storage: ClientStorage
  observer: Observer
  /** 0 <= random() < 1 */
  random: () => number
  /** Milliseconds since the Unix epoch. */
  now: () => number
  parts?: ClientParts
  settings?: Partial<ClientSettings>
}

export interface ChatClient {
  /** Resolves once connected and synced; rejects at the deadline with what it waited for, and then goes on trying until closed. */
  connect(timeoutMs: number): Promise<void>
  /** Resolves once the user is a member and the view of the room is synced. */
  join: (room: string) => Promise<void>
  /** Puts a message into the outbox; its clientMessageId. */
  send: (room: string, body: string) => string
  /** Takes back a message that was never emitted. */
  cancel: (clientMessageId: string) => boolean
  /** Sends a failed message again: the same clientMessageId, a new clientSeq. */
  resend: (clientMessageId: string) => boolean
  /** Drops the connection and connects again; outbox and views stay. */
  reconnect(timeoutMs: number): Promise<void>
  /** Why there is work left, or null. */
  pending: () => string | null
  close: () => Promise<void>
}

/** A client with what its storage still has of it; it connects when told to. */
export async function createChatClient(options: ChatClientOptions): Promise<ChatClient> {
  const { storage, observer, random, now, userId, deviceId, parts = clientParts } = options
  const settings: ClientSettings = { ...defaultSettings, ...options.settings }
  const stored = await storage.load()
  const alarms = createAlarms()
  const changes = createChanges()
  const rooms: Rooms = new Map()
  const joining = new Set<string>()
  const outbox = createOutbox(stored)
  const ownMessages = createOwnMessages(observer)
  let { connectionNumber } = stored

  const connection: Connection = createConnection({
    url: options.url,
    observer,
    parts,
    settings,
    alarms,
    random,
    async handshake() {
      const number = ++connectionNumber
      await storage.saveConnectionNumber(number)
      return { token: await options.token(), deviceId, connectionNumber: number }
    },
    greeted: () => void sync.beginAll(),
    lost() {
      sync.lost()
      sender.refresh()
    },
  })
  const sender = createSender({
    outbox,
    storage,
    connection,
    observer,
    settings,
    alarms,
    random,
    synced: () => sync.synced(),
    ready: (name) => sync.synced() && rooms.get(name)?.synced === true,
    stored: (row, seq) => ownMessages.add(row.room, row.clientMessageId, seq),
    changed: changes.announce,
  })
  const intake = createIntake({ userId, observer, ownEntry: sender.seen, gap: (room) => repair.gap(room) })
  const repair: Repair = createRepair({ connection, intake, observer, settings, alarms, random, otherEpoch: resync, changed: changes.announce })
  const sync = createSync({
    connection,
    rooms,
    intake,
    repair,
    observer,
    settings,
    alarms,
    openFurther: (name) => (joining.has(name) || rooms.has(name) ? undefined : open(name, noEpoch, 0)),
    standing(room, complete) {
      room.receipts.replaceMembers(complete.members, complete.head)
      takeCursors(room, complete.cursors)
    },
    roomSynced(room) {
      sender.pump(room.name)
      changes.announce()
    },
    allSynced() {
      sender.refresh()
      for (const name of outbox.rooms()) sender.pump(name)
      changes.announce()
    },
  })
  const watermarks = createWatermarks(connection, rooms, observer, changes.announce)

  function open(name: string, epoch: string, applied: number): Room {
    const room = createRoom(name, epoch, applied, userId, settings.holdEntries)
    rooms.set(name, room)
    return room
  }
  function resync(room: Room): void {
    if (!room.synced) return
    room.synced = false
    const session = connection.session()
    alarms.after(random() * settings.backoffFirstMs, () => {
      if (session === connection.session()) sync.begin(room)
    })
  }
  function takeCursors(room: Room, cursors: readonly CursorState[]): void {
    for (const cursor of cursors) {
      if (!room.receipts.reach(cursor)) continue
      const reached = room.receipts.reached(cursor.userId)
      observer.receipt(room.name, cursor.userId, reached.deliveredSeq, reached.readSeq)
    }
    ownMessages.advance(room.name, room.receipts.through(room.view.applied))
  }
  function tick(): void {
    void watermarks.tick()
    for (const room of rooms.values()) ownMessages.advance(room.name, room.receipts.through(room.view.applied))
    alarms.after(settings.watermarkMs, tick)
  }
  function pending(): string | null {
    const ofConnection = connection.pending() ?? (sync.synced() ? null : 'not synced')
    if (ofConnection !== null) return ofConnection
    for (const room of rooms.values()) {
      const ofRoom = roomPending(room)
      if (ofRoom !== null) return ofRoom
    }
    return outbox.unsent() > 0 ? `outbox: ${outbox.unsent()} messages` : null
  }
  function untilSynced(timeoutMs: number, what: string): Promise<void> {
    return changes.until(sync.synced, timeoutMs, () => `${what}: ${pending() ?? 'nothing'}`)
  }
  function identity(): string {
    return v7({ msecs: now(), random: Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256)) })
  }

  connection.on('entry', (entry) => {
    const room = rooms.get(entry.room)
    if (!room) intake.ignore(entry)
    else if (intake.take(room, entry, 'live') === 'foreign') resync(room)
  })
  connection.on('heartbeat', (heartbeat) => {
    for (const [name, { epoch, head }] of Object.entries(heartbeat.rooms)) {
      observer.heartbeat(name, head, epoch)
      const room = rooms.get(name)
      if (!room?.synced) continue
      if (epoch !== room.view.epoch) resync(room)
      else repair.headTold(room, head)
    }
  })
  connection.on('receipts', (receipts) => {
    const room = rooms.get(receipts.room)
    if (room) takeCursors(room, receipts.cursors)
  })
  alarms.after(random() * settings.watermarkMs, tick)

  return {
    connect(timeoutMs) {
      sender.refresh()
      connection.open()
      return untilSynced(timeoutMs, 'connect')
    },
    async join(name) {
      const followed = rooms.get(name)
      if (!followed || followed.ended) {
        joining.add(name)
        const { seq, epoch } = await askToJoin(name, identity(), {
          connection,
          changes,
          alarms,
          settings,
          random,
          now,
          synced: sync.synced,
          pending: () => pending() ?? 'nothing',
        }).finally(() => joining.delete(name))
        const room = open(name, epoch, seq - 1)
        observer.joined(name, seq, epoch)
        sync.begin(room)
      }
      await changes.until(
        () => rooms.get(name)?.synced === true,
        settings.joinMs,
        () => `join of ${name}: ${pending() ?? 'nothing'}`,
      )
    },
    send(room, body) {
      const row = outbox.add(room, body, identity(), now())
      sender.submit(row)
      return row.clientMessageId
    },
    cancel: sender.cancel,
    resend: sender.resend,
    reconnect(timeoutMs) {
      connection.restart('reconnect')
      return untilSynced(timeoutMs, 'reconnect')
    },
    pending,
    async close() {
      connection.close()
      alarms.close()
      changes.close()
    },
  }
}
