/** Collections of the chat in MongoDB, and the indexes that its guarantees rest on. */
import { MongoClient } from 'mongodb'
import type { Collection, Db } from 'mongodb'
import type { StoredEntry } from './entries.ts'
import type { Member } from './folds.ts'

export interface StoredRoom {
  _id: string
  epoch: string
  /** Every membership entry <= this seq is in `memberships`; a lower bound. */
  foldedThrough: number
}
export interface StoredMember extends Member {
  _id: string
  roomId: string
  epoch: string
  userId: string
  current: boolean
  foldedSeq: number
}
export interface StoredCursor {
  _id: string
  roomId: string
  userId: string
  deviceId: string
  deliveredSeq: number
  readSeq: number
  changedAt: Date
}

export interface Store {
  client: MongoClient
  database: Db
  log: Collection<StoredEntry>
  rooms: Collection<StoredRoom>
  memberships: Collection<StoredMember>
  cursors: Collection<StoredCursor>
}

/** Doesn't connect yet: the driver does at the first operation. Every operation ends within about 4 s, on a silent link too. */
export function openStore(url: string, database: string): Store {
  const client = new MongoClient(url, {
    // A proxied server must not be left for the address that it calls its own.
    ...(/[?&](directConnection|replicaSet)=|\+srv:|\/\/[^/]*,/.test(url) ? {} : { directConnection: true }),
    writeConcern: { w: 'majority', journal: true },
    readConcern: { level: 'majority' },
    // The room log retries by itself, knowing what was stored.
    retryWrites: false,
    retryReads: false,
    serverSelectionTimeoutMS: 2000,
    connectTimeoutMS: 2000,
    socketTimeoutMS: 4000,
    waitQueueTimeoutMS: 2000,
    heartbeatFrequencyMS: 1000,
    serverMonitoringMode: 'poll',
    maxPoolSize: 32,
  })
  const db = client.db(database)
  return {
    client,
    database: db,
    log: db.collection('room_log'),
    rooms: db.collection('rooms'),
    memberships: db.collection('memberships'),
    cursors: db.collection('cursors'),
  }
}

/** The indexes of a node, each to be made before it serves. */
export interface Indexes {
  /** One seq, one entry. */
  roomSeq(): Promise<void>
  /** One operation, one entry. */
  actorOperation(): Promise<void>
  /** Those that only make reads fast. */
  others(): Promise<void>
}

export function indexesOf(store: Store): Indexes {
  return {
    async roomSeq() {
      await store.log.createIndex({ roomId: 1, epoch: 1, seq: 1 }, { unique: true, name: 'room_seq' })
    },
    async actorOperation() {
      await store.log.createIndex({ actorId: 1, operationId: 1 }, { unique: true, name: 'actor_operation' })
    },
    async others() {
      await store.log.createIndex({ roomId: 1, createdAt: 1 }, { name: 'room_created' })
      await store.memberships.createIndex({ userId: 1, current: 1 }, { name: 'user_current' })
      await store.memberships.createIndex({ roomId: 1 }, { name: 'room' })
      await store.cursors.createIndex({ roomId: 1, changedAt: 1 }, { name: 'room_changed' })
    },
  }
}
