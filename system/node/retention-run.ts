/**
 * One purge of one room, in steps each of which may be the last before a crash: claim, archive and verify, decide, purge, finish.
 * The purge itself is an entry of the log, and blanking is its fold. Whoever calls again goes on from what is stored; two at once
 * are harmless, because every step is guarded or gives the same again.
 */
import { systemActor } from './entries.ts'
import { hasContent } from './fold-purge.ts'
import { refusal } from './refusal.ts'
import type { Archive } from './archive.ts'
import type { StoredEntry } from './entries.ts'
import type { LogStore, Window } from './log-store.ts'
import type { RecordChanges, WatchedChanges } from './record-changes.ts'
import type { RoomLog } from './room-log.ts'
import type { RetentionRun } from './room-retention.ts'
import type { Rooms } from './rooms.ts'
import type { Store, StoredRoom } from './store.ts'

export type RetentionStep = 'claimed' | 'archived' | 'decided' | 'purged'
export interface RetentionParts {
  store: Pick<Store, 'rooms' | 'log'>
  log: Pick<LogStore, 'readWindow' | 'findOperation'>
  rooms: Pick<Rooms, 'open'>
  changes: RecordChanges
  /** Null on a node without an object store: it leaves rooms that archive to others. */
  archive: Archive | null
  nowMs: () => number
  newId: () => string
  /** After each step; where a test stops it. */
  reached: (step: RetentionStep) => Promise<void>
}

/** Small, because the room's appends wait while its purge is folded. */
const windowSeqs = 500
/** Changes that race with the purge are archived again; more often than this they wait for the next sweep. */
const attempts = 5

/** Purges the next window of the room; gives whether there may be more. */
export async function retainRoom(parts: RetentionParts, roomId: string): Promise<boolean> {
  const stored = await parts.store.rooms.findOne({ _id: roomId })
  const run = stored?.retentionRun ?? (stored === null ? null : await claim(parts, stored))
  if (run === null || (run.policy.kind === 'archive' && parts.archive === null)) return false
  await parts.reached('claimed')
  const room = await parts.rooms.open(roomId)
  if (room === null) return false
  const isDone = await purge(parts, room, run)
  const changed = isDone ? { $max: { purgedThrough: run.upTo }, $unset: { retentionRun: '' as const } } : { $unset: { retentionRun: '' as const } }
  await parts.store.rooms.updateOne({ _id: roomId, 'retentionRun.id': run.id }, changed)
  return isDone && run.upTo - run.after === windowSeqs
}

async function claim({ store, log, nowMs, newId }: RetentionParts, { _id, epoch, retention, purgedThrough }: StoredRoom): Promise<RetentionRun | null> {
  if (retention === undefined || retention.legalHold || retention.policy.kind === 'keep') return null
  const after = purgedThrough ?? 0
  const entries = await log.readWindow({ roomId: _id, epoch, after, upTo: after + windowSeqs })
  const upTo = expiredThrough(entries, after, nowMs() - retention.policy.afterMs)
  if (upTo === after) return null
  const run = { id: newId(), after, upTo, policy: retention.policy }
  const unclaimed = { _id, epoch, retentionRun: { $exists: false }, ...(purgedThrough === undefined ? {} : { purgedThrough }) }
  const { modifiedCount } = await store.rooms.updateOne(unclaimed, { $set: { retentionRun: run } })
  return modifiedCount === 1 ? run : null
}

/** Pure: the last seq of the contiguous run of entries that are at least as old as `cutoffMs`. */
function expiredThrough(entries: readonly Pick<StoredEntry, 'seq' | 'at'>[], after: number, cutoffMs: number): number {
  let through = after
  for (const { seq, at } of entries) {
    if (seq !== through + 1 || at > cutoffMs) break
    through = seq
  }
  return through
}

/** False: a hold or another policy came before the decision, and nothing was purged. */
async function purge(parts: RetentionParts, room: RoomLog, run: RetentionRun): Promise<boolean> {
  const { log, changes, reached } = parts
  const window = { roomId: room.roomId, epoch: room.epoch, after: run.after, upTo: run.upTo }
  for (let attempt = 0; attempt < attempts; attempt++) {
    using watch = changes.watch(room.roomId)
    // Afterwards every entry of before is folded into its record here, and every later change is seen by the watch.
    await room.catchUp()
    if ((await log.findOperation(systemActor, run.id)) !== null) return true
    const entries = await log.readWindow(window)
    const messages = entries.filter(hasContent)
    if (messages.length === 0) return true
    if (run.policy.kind === 'archive') await archiveAll(parts, window, entries)
    await reached('archived')
    if (!(await decide(parts, room.roomId, run))) return false
    await reached('decided')
    if (await append(parts, room, run, watch, new Set(messages.map((message) => message._id)))) {
      await reached('purged')
      return true
    }
  }
  throw new Error(`messages of ${room.roomId} up to seq ${run.upTo} were changed during each of ${attempts} attempts to purge them`)
}

/** The one point at which a hold and a purge are ordered: a guarded update of the room. */
async function decide({ store }: RetentionParts, roomId: string, run: RetentionRun): Promise<boolean> {
  const { policy } = run
  const same = { 'retention.policy.kind': policy.kind, ...('afterMs' in policy ? { 'retention.policy.afterMs': policy.afterMs } : {}) }
  await store.rooms.updateOne({ _id: roomId, 'retentionRun.id': run.id, 'retention.legalHold': false, ...same }, { $set: { 'retentionRun.decided': true } })
  const room = await store.rooms.findOne({ _id: roomId })
  return room?.retentionRun?.id === run.id && room.retentionRun.decided === true
}

/** False when one of the messages was changed since it was read. */
async function append({ newId }: RetentionParts, room: RoomLog, run: RetentionRun, watch: WatchedChanges, ids: ReadonlySet<string>): Promise<boolean> {
  const payload = { afterSeq: run.after, throughSeq: run.upTo, archived: run.policy.kind === 'archive' }
  const outcome = await room.append({
    id: newId(),
    kind: 'purged',
    actorId: systemActor,
    operationId: run.id,
    attempt: 1,
    payload,
    // Asked on folded state right before the insert; any entry that comes first makes it asked again.
    unless: () => (watch.touched(ids) ? refusal('held', 'a message was changed meanwhile') : null),
  })
  if (outcome.ok) return true
  if (outcome.error.code === 'held') return false
  throw new Error(`purge of ${room.roomId} failed: ${outcome.error.message}`)
}

/** Archives what isn't archived at its present revision, and notes with each message where it is. Everything noted is verified. */
async function archiveAll({ archive, store }: RetentionParts, window: Window, entries: readonly StoredEntry[]): Promise<void> {
  if (archive === null) throw new Error('no object store to archive to')
  const read = async () => new Map((await archive.read(window, await archive.list(window.roomId, window.epoch))).map((found) => [found.entry.seq, found]))
  const isMissing = (entry: StoredEntry, present: Awaited<ReturnType<typeof read>>) => {
    const archived = present.get(entry.seq)?.entry
    // The first archive of a window holds all of it; later ones only what changed since.
    return archived === undefined || (hasContent(entry) && archived.rev !== entry.rev)
  }
  const before = await read()
  const missing = entries.filter((entry) => isMissing(entry, before))
  if (missing.length > 0) await archive.write(window, missing)
  const present = await read()
  const absent = entries.find((entry) => isMissing(entry, present))
  if (absent !== undefined) throw new Error(`seq ${absent.seq} of ${window.roomId} is not in its archive`)
  const noted = entries.filter(hasContent).map(({ _id, seq }) => {
    const retention = { policy: 'archive' as const, archivedTo: present.get(seq)?.key ?? '' }
    return { updateOne: { filter: { _id }, update: { $set: { retention } } } }
  })
  if (noted.length > 0) await store.log.bulkWrite(noted, { ordered: false })
}
