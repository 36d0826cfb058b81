/** Where the parts of a client meet. */
import { v7 } from 'uuid'
import { createAlarms } from './alarms.ts'
import type { ChatClientOptions } from './api.ts'
import { bindArrivals } from './arrivals.ts'
import { createChanges } from './changes.ts'
import { createConnection } from './connection.ts'
import type { Connection } from './connection.ts'
import { createDownloads } from './downloads.ts'
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
import { createReceiving } from './receiving.ts'
import { createRenewal } from './renewal.ts'
import type { Renewal } from './renewal.ts'
import { createRepair } from './repair.ts'
import type { Repair } from './repair.ts'
import { plainRoute } from './route.ts'
import { createRoom, noEpoch, roomPending } from './room.ts'
import type { Room, Rooms } from './room.ts'
import { createSender } from './sender.ts'
import { defaultSettings } from './settings.ts'
import type { ClientSettings } from './settings.ts'
import type { StoredClient } from './storage.ts'
import { announcing, createSubscribers } from './subscribers.ts'
import { createSync } from './sync.ts'
import { createUploads } from './uploads.ts'
import { createWatermarks } from './watermarks.ts'
import { createWithdrawals } from './withdrawals.ts'

/** Which rooms a connection carries. */
export interface Scope {
  /** The one that it names to the balancer; null: none. */
  room: string | null
  /** Whether it follows a room of the user that the node has named. */
  follows: (room: string) => boolean
}

/** All parts of a client. It connects when told to. */
export function assemble(options: ChatClientOptions, stored: StoredClient, scope: Scope) {
  const { random, now, userId, deviceId, parts = clientParts } = options
  const settings: ClientSettings = { ...defaultSettings, ...options.settings }
  const storage = endingStorage(options.storage)
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
    route: options.route ?? plainRoute,
    room: scope.room,
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
    parts,
    storage,
    connection,
    observer,
    settings,
    alarms,
    random,
    synced: () => sync.synced(),
    ready: (name) => sync.synced() && rooms.get(name)?.synced === true,
    stored: (row, id, seq) => ownMessages.add(row.room, row.clientMessageId, id, seq),
    withdraw: (row, id, operationId) => withdrawals.begin(row, id, operationId),
    changed: changes.announce,
  })
  const intake = createIntake({
    userId,
    parts,
    observer,
    ownEntry(entry) {
      sender.seen(entry)
      ownMessages.find(entry.room, entry.operationId, entry.id, entry.seq)
    },
    ended: (room, entry) => membership.ended(room, entry),
    gap: (room) => repair.gap(room),
  })
  const repair: Repair = createRepair({ connection, intake, observer, settings, alarms, random, otherEpoch: resync, changed: changes.announce })
  const receiving = createReceiving(rooms, ownMessages, parts, observer)
  const sync = createSync({
    connection,
    parts,
    rooms,
    intake,
    repair,
    observer,
    settings,
    alarms,
    openFurther: (name) => (!scope.follows(name) || membership.joining(name) || rooms.has(name) ? undefined : open(name, noEpoch, 0)),
    standing: receiving.standing,
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
  const watermarks = createWatermarks(connection, rooms, parts, observer, changes.announce)

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
  function tick(): void {
    void watermarks.tick()
    receiving.advanceAll()
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
  function identity(): string {
    return v7({ msecs: now(), random: Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256)) })
  }

  bindArrivals({ connection, rooms, intake, repair, receiving, others, observer, otherEpoch: resync })
  alarms.after(random() * settings.watermarkMs, tick)

  const uploads = createUploads({ operations, alarms, settings, random, now, identity })
  const downloads = createDownloads({ operations, rooms, settings, url: options.url, token: options.token })
  const reads = createReads(operations, intake, rooms, (users) => others.presence({ users }))
  return {
    alarms,
    changes,
    connection,
    downloads,
    identity,
    membership,
    operations,
    others,
    outbox,
    ownPresence,
    ownStatus,
    pending,
    reads,
    renewal,
    rooms,
    sender,
    storage,
    subscribers,
    sync,
    uploads,
    watermarks,
  }
}
