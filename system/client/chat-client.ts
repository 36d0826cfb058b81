/** The chat client: an outbox, a view per room and one connection that keeps them true. No user interface, nothing of a harness. */
import { v7 } from 'uuid'
import type { CursorState } from '../protocol.ts'
import type { ChatClient, ChatClientOptions, ConnectionState } from './api.ts'
import { createAlarms } from './alarms.ts'
import { createChanges } from './changes.ts'
import { createConnection } from './connection.ts'
import type { Connection } from './connection.ts'
import { endingStorage } from './ending-storage.ts'
import { createIntake } from './intake.ts'
import { createMembership } from './membership.ts'
import type { Membership } from './membership.ts'
import { createOperations } from './operations.ts'
import { createOthers } from './others.ts'
import { createOutbox } from './outbox.ts'
import { createOwnMessages } from './own-messages.ts'
import { createOwnPresence } from './own-presence.ts'
import { createOwnStatus } from './own-status.ts'
import { clientParts } from './parts.ts'
import { quietObserver } from './quiet-observer.ts'
import { createReads } from './reads.ts'
import { createRenewal } from './renewal.ts'
import type { Renewal } from './renewal.ts'
import { createRepair } from './repair.ts'
import type { Repair } from './repair.ts'
import { readingOf } from './room-reading.ts'
import { createRoom, noEpoch, roomPending } from './room.ts'
import type { Room, Rooms } from './room.ts'
import { createSender } from './sender.ts'
import { defaultSettings } from './settings.ts'
import type { ClientSettings } from './settings.ts'
import { announcing, createSubscribers } from './subscribers.ts'
import { createSync } from './sync.ts'
import { createVerbs } from './verbs.ts'
import { createWatermarks } from './watermarks.ts'
import { createWithdrawals } from './withdrawals.ts'

/** A client with what its storage still has of it; it connects when told to. */
export async function createChatClient(options: ChatClientOptions): Promise<ChatClient> {
  const { random, now, userId, deviceId, parts = clientParts } = options
  const settings: ClientSettings = { ...defaultSettings, ...options.settings }
  const storage = endingStorage(options.storage)
  const stored = await storage.load()
  const alarms = createAlarms()
  const changes = createChanges()
  const subscribers = createSubscribers()
  const observer = announcing(options.observer ?? quietObserver, subscribers.changed)
  const rooms: Rooms = new Map()
  const outbox = createOutbox(stored)
  const ownMessages = createOwnMessages(observer)
  let { connectionNumber } = stored
  let token = ''

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
      token = await options.token()
      return { token, deviceId, connectionNumber: number }
    },
    greeted() {
      renewal.began(token)
      void sync.beginAll()
    },
    lost() {
      renewal.lost()
      others.lost()
      sync.lost()
      sender.refresh()
    },
  })
  const renewal: Renewal = createRenewal({ connection, token: options.token, alarms, settings, random, now })
  const asking = { connection, changes, alarms, settings, random, now, synced: () => sync.synced(), pending: () => pending() ?? 'nothing' }
  const operations = createOperations(asking)
  const others = createOthers(observer, subscribers.changed)
  const ownPresence = createOwnPresence(operations)
  const withdrawals = createWithdrawals({ operations, storage, alarms, settings, random, changed: changes.announce })
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
    stored: (row, id, seq) => ownMessages.add(row.room, row.clientMessageId, id, seq),
    withdraw: withdrawals.begin,
    changed: changes.announce,
  })
  const intake = createIntake({
    userId,
    observer,
    ownEntry(entry) {
      sender.seen(entry)
      ownMessages.find(entry.room, entry.operationId, entry.id, entry.seq)
    },
    ended: (room, entry) => membership.ended(room, entry),
    gap: (room) => repair.gap(room),
  })
  const repair: Repair = createRepair({ connection, intake, observer, settings, alarms, random, otherEpoch: resync, changed: changes.announce })
  const sync = createSync({
    connection,
    rooms,
    intake,
    repair,
    observer,
    settings,
    alarms,
    openFurther: (name) => (membership.joining(name) || rooms.has(name) ? undefined : open(name, noEpoch, 0)),
    standing(room, complete) {
      room.receipts.replaceMembers(complete.members, complete.head)
      room.role.replaceMembers(complete.members)
      takeCursors(room, complete.cursors)
    },
    roomSynced(room) {
      sender.pump(room.name)
      changes.announce()
    },
    allSynced() {
      sender.refresh()
      for (const name of outbox.rooms()) sender.pump(name)
      ownPresence.tellAgain()
      changes.announce()
    },
  })
  const membership: Membership = createMembership({
    ...asking,
    rooms,
    operations,
    observer,
    userId,
    identity,
    open,
    begin: (room) => sync.begin(room),
  })
  const ownStatus = createOwnStatus({ outbox, ownMessages, rooms, userId, synced: () => sync.synced() })
  const watermarks = createWatermarks(connection, rooms, observer, changes.announce)

  function open(name: string, epoch: string, applied: number): Room {
    const room = createRoom(name, epoch, applied, userId, settings, options.reading === 'explicit' ? 0 : Infinity)
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
    if (outbox.unsent() > 0) return `outbox: ${outbox.unsent()} messages`
    return withdrawals.open() > 0 ? `${withdrawals.open()} messages to delete` : null
  }
  function state(): ConnectionState {
    if (connection.elsewhere()) return 'elsewhere'
    if (!connection.greeted()) return 'offline'
    return sync.synced() ? 'online' : 'syncing'
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
  connection.on('presence', others.presence)
  connection.on('typing', others.typing)
  alarms.after(random() * settings.watermarkMs, tick)

  return {
    ...createVerbs(operations, identity),
    ...createReads(operations, intake, rooms, (users) => others.presence({ users })),
    connect(timeoutMs) {
      sender.refresh()
      connection.open()
      return untilSynced(timeoutMs, 'connect')
    },
    disconnect: () => connection.close('offline'),
    reconnect(timeoutMs) {
      connection.restart('reconnect')
      return untilSynced(timeoutMs, 'reconnect')
    },
    state,
    renewToken: renewal.renew,
    join: membership.join,
    leave: membership.leave,
    send(room, body, { replyTo } = {}) {
      const row = outbox.add(room, body, identity(), now(), replyTo)
      sender.submit(row)
      return row.clientMessageId
    },
    cancel: (clientMessageId) => sender.cancel(clientMessageId, identity()),
    resend: sender.resend,
    statusOf: ownStatus,
    room(name) {
      const room = rooms.get(name)
      return room && readingOf(room, userId, others)
    },
    rooms: () => [...rooms.keys()],
    async markRead(name, seq = Infinity) {
      const room = rooms.get(name)
      return room ? watermarks.read(room, seq) : { kind: 'failed', code: 'not_found', retryable: false }
    },
    presenceOf: others.presenceOf,
    setPresence: ownPresence.set,
    setTyping: ownPresence.typing,
    focus: ownPresence.focus,
    subscribe: subscribers.add,
    pending,
    async close() {
      connection.close('closed')
      alarms.close()
      changes.close()
      await storage.end()
    },
  }
}
