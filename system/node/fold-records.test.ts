/** fold(log) = records: for random logs, whoever writes and whoever dies in between. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { auditOf } from './audit-log.ts'
import { foldLog, recordOf } from './fold-records.ts'
import { systemActor } from './entries.ts'
import { memoryLog } from './fixtures/memory-log.ts'
import { foldEntry } from './folding.ts'
import { RoomLog } from './room-log.ts'
import type { Intent, StoredEntry } from './entries.ts'
import type { MemoryLog } from './fixtures/memory-log.ts'
import type { Membership } from './folds.ts'
import type { LogStore } from './log-store.ts'
import type { AppendOutcome } from './room-log.ts'

const uploadId = '0190a000-0000-7000-8000-00000000000f'
const users = ['ann', 'bob', 'carl'] as const
const membership = (): Membership =>
  new Map(
    users.map((user, index) => [
      user,
      { role: (['owner', 'moderator', 'member'] as const)[index] ?? 'member', intervals: [{ joinedSeq: index + 1, leftSeq: null }], foldedSeq: index + 1 },
    ]),
  )

function open(log: LogStore, foldedThrough = 3, onCommitted: (entry: StoredEntry) => void = () => {}): RoomLog {
  return new RoomLog({
    roomId: 'r',
    epoch: 'e',
    membership: membership(),
    held: new Set(),
    isClosed: false,
    foldedThrough,
    log,
    node: 'n',
    nowMs: () => 1000,
    onFolded() {},
    onError() {},
    onCommitted,
  })
}

interface Operation {
  actor: (typeof users)[number]
  kind: 'message' | 'edit' | 'delete' | 'react' | 'unreact' | 'moderate' | 'upload-state'
  /** Which of the messages so far. */
  target: number
  text: string
  action: 'hold' | 'release' | 'remove'
}
function intentOf({ actor, kind, target, text, action }: Operation, index: number, messages: readonly string[]): Intent {
  const actorId = kind === 'upload-state' ? systemActor : actor
  const common = { id: `id-${index}`, kind, actorId, operationId: `op-${index}`, attempt: 1 }
  if (kind === 'message') {
    const attachments = [{ uploadId, name: 'a.png', bytes: 1, contentType: 'image/png', sha256: '', state: 'scanning' as const }]
    const message = { senderId: actor, deviceId: 'd', clientMessageId: `op-${index}`, clientSeq: index, body: text, clientCreatedAt: 0 }
    if (index % 2 === 0) return { ...common, message: { ...message, type: 'text' } }
    return { ...common, message: { ...message, type: 'file', attachments }, uploadIds: [uploadId] }
  }
  const messageId = messages[target % Math.max(messages.length, 1)] ?? 'none'
  if (kind === 'upload-state') return { ...common, messageId, payload: { uploadId, state: action === 'remove' ? 'infected' : 'clean' } }
  const payload = kind === 'edit' ? { body: text } : kind === 'delete' ? { by: 'moderator' as const } : kind === 'moderate' ? { action } : { emoji: text }
  return { ...common, messageId, payload }
}

/** Every entry is folded once by a fresh reader; then the records must be what the payloads say. */
async function expectFolded({ log, stored, audits }: MemoryLog): Promise<void> {
  await open(log).catchUp()
  const messages = stored.filter((entry) => entry.kind === 'message')
  expect(new Map(messages.map((entry) => [entry._id, recordOf(entry)]))).toEqual(foldLog(stored))
  expect(audits.map((record) => record._id).toSorted()).toEqual(stored.flatMap((entry) => auditOf(entry)?._id ?? []).toSorted())
  for (const { _id, deleted, moderation } of messages)
    if (deleted !== undefined || moderation?.state === 'removed')
      expect(
        stored.filter((entry) => entry._id === _id || (entry.kind === 'edit' && entry.messageId === _id)).map((entry) => entry.payload.body),
      ).not.toContainEqual(expect.any(String))
  for (const { deleted, attachments = [], payload } of messages) if (deleted !== undefined) expect([attachments, payload.attachments]).toEqual([[], undefined])
}

class Died extends Error {}
/** A node that dies right after the nth call that writes: from then on nothing of it reaches the store. */
function dyingAfter(log: LogStore, writes: number): LogStore {
  let left = writes
  const alive = async <T>(work: () => Promise<T>): Promise<T> => {
    if (left <= 0) throw new Died()
    return work()
  }
  const writing =
    <A extends unknown[], T>(work: (...given: A) => Promise<T>) =>
    (...given: A) =>
      alive(async () => {
        const answer = await work(...given)
        left -= 1
        if (left === 0) throw new Died()
        return answer
      })
  return {
    insertBatch: writing((entries: Parameters<LogStore['insertBatch']>[0]) => log.insertBatch(entries)),
    audit: writing((record: Parameters<LogStore['audit']>[0]) => log.audit(record)),
    blankPayloads: writing((ids: Parameters<LogStore['blankPayloads']>[0]) => log.blankPayloads(ids)),
    updateRecord: writing((...update: Parameters<LogStore['updateRecord']>) => log.updateRecord(...update)),
    readWindow: (window) => alive(() => log.readWindow(window)),
    readHeads: (windows) => alive(() => log.readHeads(windows)),
    findOperation: (actor, operation) => alive(() => log.findOperation(actor, operation)),
    findMessages: (ids) => alive(() => log.findMessages(ids)),
    readChanges: (id) => alive(() => log.readChanges(id)),
    findHeld: (roomId, epoch) => alive(() => log.findHeld(roomId, epoch)),
    findCarriers: (uploadId) => alive(() => log.findCarriers(uploadId)),
  }
}

const operation: fc.Arbitrary<Operation> = fc.record({
  actor: fc.constantFrom(...users),
  kind: fc.constantFrom('message', 'edit', 'edit', 'delete', 'react', 'unreact', 'moderate', 'upload-state'),
  target: fc.nat(3),
  text: fc.constantFrom('Hello', 'world', 'größer', '👍', '__proto__', '$a.b'),
  action: fc.constantFrom('hold', 'release', 'remove'),
})

test('records are the fold of the log after any operations through two nodes, in batches', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(operation, fc.boolean(), fc.boolean()), { maxLength: 40 }), async (operations) => {
      const memory = memoryLog()
      const nodes = [open(memory.log), open(memory.log)] as const
      let waiting: Promise<AppendOutcome>[] = []
      for (const [index, [asked, isSecond, isAwaited]] of operations.entries()) {
        const messages = memory.stored.filter((entry) => entry.kind === 'message').map((entry) => entry._id)
        waiting.push(nodes[isSecond ? 1 : 0].append(intentOf(asked, index, messages)))
        if (!isAwaited) continue
        await Promise.all(waiting)
        waiting = []
      }
      await Promise.all(waiting)
      await expectFolded(memory)
    }),
    { numRuns: 150 },
  )
})

test('they are, too, when the node dies again and again after any of its writes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(operation, fc.integer({ min: 1, max: 9 })), { maxLength: 25 }), async (operations) => {
      const memory = memoryLog()
      let node = open(dyingAfter(memory.log, 5))
      for (const [index, [asked, writes]] of operations.entries()) {
        const messages = memory.stored.filter((entry) => entry.kind === 'message').map((entry) => entry._id)
        const outcome = await node.append(intentOf(asked, index, messages))
        if (!outcome.ok && outcome.error.code === 'unavailable') node = open(dyingAfter(memory.log, writes))
      }
      await expectFolded(memory)
    }),
    { numRuns: 150 },
  )
})

describe('a node dies', () => {
  const target = { ...intentOf({ actor: 'carl', kind: 'message', target: 0, text: 'first', action: 'hold' }, 1, []), id: 'm' }
  const changes = (['edit', 'delete', 'react', 'moderate'] as const).map((kind) => {
    const actor = kind === 'moderate' ? ('bob' as const) : ('carl' as const)
    return { kind, intent: { ...intentOf({ actor, kind, target: 0, text: 'second', action: 'remove' }, 2, ['m']), id: 'c' } }
  })
  const prepared = async () => {
    const memory = memoryLog()
    const before = open(memory.log)
    await before.append(target)
    await before.append({ ...intentOf({ actor: 'carl', kind: 'edit', target: 0, text: 'edited', action: 'hold' }, 3, ['m']), id: 'x' })
    return memory
  }
  /** Its operation was stored, so another node answers it as a duplicate, folded. */
  const expectRepaired = async (memory: MemoryLog, intent: Intent, outcome: AppendOutcome) => {
    expect(outcome).toMatchObject({ ok: false, error: { code: 'unavailable' } })
    expect(await open(memory.log).append({ ...intent, id: 'again' })).toMatchObject({ ok: true, id: 'c', seq: 6, duplicate: true })
    expect(memory.stored.find((entry) => entry._id === 'm')?.rev).toBe(6)
    await expectFolded(memory)
  }
  for (const { kind, intent } of changes) {
    const steps = {
      edit: ['insert'],
      react: ['insert'],
      delete: ['insert', 'blanking of the edits'],
      moderate: ['insert', 'audit record', 'blanking of the edits'],
    }[kind]
    for (const [index, step] of steps.entries())
      test(`between the ${step} and what follows it of a ${kind}: the next reader repairs it`, async () => {
        const memory = await prepared()
        await expectRepaired(memory, intent, await open(dyingAfter(memory.log, index + 1), 5).append(intent))
      })
    test(`after the record's update, before it publishes a ${kind}`, async () => {
      const memory = await prepared()
      await expectRepaired(memory, intent, await open(dyingAfter(memory.log, steps.length + 1), 5).append(intent))
    })
    test(`while it publishes a ${kind}, before the ack`, async () => {
      const memory = await prepared()
      const publish = () => {
        throw new Died()
      }
      await expectRepaired(memory, intent, await open(memory.log, 5, publish).append(intent))
    })
  }
})

test('a cold reader that meets a later change first folds the earlier one before it', async () => {
  const memory = memoryLog()
  const node = open(memory.log)
  await node.append({ ...intentOf({ actor: 'carl', kind: 'message', target: 0, text: 'first', action: 'hold' }, 1, []), id: 'm' })
  const deaf: LogStore = { ...memory.log, updateRecord: async () => Promise.reject(new Died()) }
  await open(deaf).append(intentOf({ actor: 'carl', kind: 'edit', target: 0, text: 'second', action: 'hold' }, 2, ['m']))
  const [edit] = await memory.log.readChanges('m')
  expect(edit).toMatchObject({ kind: 'edit', seq: 5, previousRev: 4 })
  const late: StoredEntry = { ...structuredClone(edit!), _id: 'late', operationId: 'late', seq: 6, previousRev: 5, kind: 'react', payload: { emoji: 'x' } }
  memory.stored.push(late)
  await foldEntry(memory.log, late)
  expect(memory.stored[0]).toMatchObject({ rev: 6, body: 'second', reactions: [{ emoji: 'x', userId: 'carl' }] })
})
