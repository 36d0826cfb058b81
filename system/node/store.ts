/** Collections of the chat in MongoDB, and the indexes that its guarantees rest on. */
import { MongoClient } from 'mongodb'
import type { Collection, Db, MongoClientOptions } from 'mongodb'
import type { AuditRecord } from './audit-log.ts'
import type { StoredConfirmation } from './confirmations.ts'
import type { StoredConnection } from './device-connections.ts'
import type { StoredEntry } from './entries.ts'
import type { Member } from './folds.ts'
import { longestLeaseMs } from './lease-store.ts'
import type { StoredLease } from './lease-store.ts'
import type { StoredUser } from './last-seen.ts'
import type { StoredUpload } from './upload-store.ts'
import type { RoomRetention } from './room-retention.ts'

export interface StoredRoom extends RoomRetention {
  _id: string
  epoch: string
  /** Every membership entry <= this seq is in `memberships`; a lower bound. */
  foldedThrough: number
  /** Ended for good. */
  isClosed?: boolean
  /** Boot id of the node that took its latest connection, where connections are bound to rooms. */
  host?: string
}
export interface StoredMember extends Member {
  _id: string
  roomId: string
  epoch: string
  userId: string
  current: boolean
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
  users: Collection<StoredUser>
  nodes: Collection<StoredLease>
  confirmations: Collection<StoredConfirmation>
  connections: Collection<StoredConnection>
  audits: Collection<AuditRecord>
  uploads: Collection<StoredUpload>
}

/** Doesn't connect yet: the driver does at the first operation. Every operation ends within about 4 s, on a silent link too. */
export function openStore(url: string, database: string, options: MongoClientOptions = {}): Store {
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
    ...options,
  })
  const db = client.db(database)
  return {
    client,
    database: db,
    log: db.collection('room_log'),
    rooms: db.collection('rooms'),
    memberships: db.collection('memberships'),
    cursors: db.collection('cursors'),
    nodes: db.collection('nodes'),
    confirmations: db.collection('confirmations'),
    connections: db.collection('connections'),
    audits: db.collection('audit_log'),
    uploads: db.collection('uploads'),
    users: db.collection('users'),
  }
}

/** The indexes of a node, each to be made before it serves. */
export interface Indexes {
  /** One seq, one entry. */
  roomSeq(): Promise<void>
  /** One operation, one entry. */
  actorOperation(): Promise<void>
  /** One operation, one upload. */
  uploadOperation(): Promise<void>
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
    async uploadOperation() {
      await store.uploads.createIndex({ userId: 1, operationId: 1 }, { unique: true, name: 'user_operation' })
    },
    async others() {
      await store.log.createIndex({ roomId: 1, createdAt: 1 }, { name: 'room_created' })
      await store.memberships.createIndex({ userId: 1, current: 1 }, { name: 'user_current' })
      await store.log.createIndex({ senderId: 1, createdAt: 1 }, { name: 'sender_created', sparse: true })
      await store.log.createIndex({ roomId: 1, searchTerms: 1 }, { name: 'room_terms' })
      await store.log.createIndex({ 'retention.expiresAt': 1 }, { name: 'retention_expires', sparse: true })
      await store.log.createIndex({ 'attachments.uploadId': 1 }, { name: 'attachments', sparse: true })
      await store.log.createIndex({ messageId: 1 }, { name: 'message', sparse: true })
      await store.log.createIndex({ roomId: 1, 'moderation.state': 1 }, { name: 'room_held', partialFilterExpression: { 'moderation.state': 'held' } })
      // For updates that are guarded by what a document holds: some servers scan unless every field of the filter is in one index.
      await store.log.createIndex({ _id: 1, rev: 1 }, { name: 'id_rev' })
      await store.memberships.createIndex({ _id: 1, foldedSeq: 1 }, { name: 'id_folded' })
      await store.uploads.createIndex({ _id: 1, state: 1, servedKey: 1 }, { name: 'id_state_key' })
      await store.uploads.createIndex({ _id: 1, state: 1, attachedAt: 1 }, { name: 'id_state_attached' })
      await store.uploads.createIndex({ _id: 1, state: 1, scanLeaseUntil: 1 }, { name: 'id_state_lease' })
      await store.uploads.createIndex({ state: 1, scanLeaseUntil: 1 }, { name: 'state_lease' })
      await store.uploads.createIndex({ state: 1, expiresAt: 1 }, { name: 'state_expires' })
      await store.uploads.createIndex({ state: 1, checkAt: 1 }, { name: 'state_check' })
      await store.uploads.createIndex({ swept: 1, expiresAt: 1 }, { name: 'swept_expires' })
      await store.uploads.createIndex({ told: 1, state: 1, updatedAt: 1 }, { name: 'told_state_updated' })
      await store.uploads.createIndex({ _id: 1, roomId: 1, userId: 1, state: 1 }, { name: 'id_owner_state' })
      await store.rooms.createIndex({ _id: 1, epoch: 1 }, { name: 'id_epoch' })
      await store.memberships.createIndex({ roomId: 1, epoch: 1 }, { name: 'room_epoch' })
      await store.nodes.createIndex({ renewedAt: 1 }, { name: 'renewed', expireAfterSeconds: longestLeaseMs / 1000 })
      await store.confirmations.createIndex({ state: 1 }, { name: 'state' })
      await store.confirmations.createIndex({ at: 1 }, { name: 'at', expireAfterSeconds: 86_400 })
      await store.connections.createIndex({ _id: 1, connectionNumber: 1 }, { name: 'id_number' })
      await store.connections.createIndex({ at: 1 }, { name: 'at', expireAfterSeconds: 86_400 })
      await store.audits.createIndex({ roomId: 1, at: 1 }, { name: 'room_at' })
      await store.cursors.createIndex({ roomId: 1, changedAt: 1 }, { name: 'room_changed' })
      await store.cursors.createIndex({ changedAt: 1 }, { name: 'changed' })
      await store.rooms.createIndex({ 'retention.policy.kind': 1 }, { name: 'retention' })
      await store.cursors.createIndex({ userId: 1 }, { name: 'user' })
      await store.database.collection('archives').createIndex({ roomId: 1, epoch: 1 }, { name: 'room' })
    },
  }
}
