import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EntryChange, MessageContent, WireEntry } from '../protocol.ts'
import { createRecords } from './records.ts'
import type { MessageRecord, Records } from './records.ts'

const content = (senderId: string, body: string | null): MessageContent => ({
  senderId,
  deviceId: 'd',
  clientMessageId: 'c',
  clientSeq: 1,
  type: 'text',
  body,
  clientCreatedAt: 0,
})
const common = (seq: number, actorId: string) => ({ room: 'r', epoch: 'e', seq, rev: seq, id: `id-${seq}`, actorId, operationId: `op-${seq}`, at: seq * 10 })
const message = (seq: number, body: string | null, rev = seq, more: Partial<MessageContent> = {}): WireEntry => ({
  ...common(seq, 'ann'),
  rev,
  kind: 'message',
  message: { ...content('ann', body), ...more },
})
const changed = (seq: number, change: EntryChange, previousRev: number, actorId = 'ann'): WireEntry => ({
  ...common(seq, actorId),
  kind: change.kind,
  change,
  previousRev,
})
const bodies = (records: Records): (string | null)[] => records.all().map((record) => record.content.body)
const ofAll = (): Records => createRecords(() => false, 100)

describe('records', () => {
  it('take an edit, reactions and a deletion into the message that they are about', () => {
    const records = ofAll()
    expect(records.take(message(1, 'helo'))).toEqual([])
    records.take(changed(2, { kind: 'edit', messageId: 'id-1', body: 'hello' }, 1))
    records.take(changed(3, { kind: 'react', messageId: 'id-1', emoji: '+' }, 2, 'bob'))
    records.take(changed(4, { kind: 'react', messageId: 'id-1', emoji: 'constructor' }, 3, 'cat'))
    expect(records.take(changed(5, { kind: 'unreact', messageId: 'id-1', emoji: '+' }, 4, 'bob'))).toHaveLength(1)
    expect(records.get('id-1')).toMatchObject({ rev: 5, content: { body: 'hello', edits: 1, editedAt: 20, reactions: { constructor: ['cat'] } } })
    records.take(changed(6, { kind: 'delete', messageId: 'id-1', by: 'author' }, 5))
    expect(records.get('id-1')?.content).toEqual({
      ...content('ann', null),
      reactions: { constructor: ['cat'] },
      deleted: { at: 60, by: 'ann', kind: 'author' },
    })
  })

  it('show a placeholder for a file until its verdict, whichever of the two comes first, and no file of a deleted message', () => {
    const file = { uploadId: 'u', name: 'a.txt', bytes: 3, contentType: 'text/plain', sha256: '', state: 'scanning' as const }
    const sent = message(1, 'see', 1, { type: 'file', attachments: [{ ...file, uploadId: 'other' }, file] })
    const verdict = changed(2, { kind: 'upload-state', messageId: 'id-1', uploadId: 'u', state: 'clean' }, 1, 'system')
    for (const order of [
      [sent, verdict],
      [verdict, sent],
    ]) {
      const records = ofAll()
      expect(order.flatMap((entry) => records.take(entry))).toHaveLength(1)
      expect(records.get('id-1')).toMatchObject({ rev: 2, content: { attachments: [{ state: 'scanning' }, { uploadId: 'u', state: 'clean' }] } })
      records.take(changed(3, { kind: 'delete', messageId: 'id-1', by: 'author' }, 2))
      records.take(changed(4, { kind: 'upload-state', messageId: 'id-1', uploadId: 'other', state: 'clean' }, 3, 'system'))
      expect(records.get('id-1')?.content).not.toHaveProperty('attachments')
    }
  })

  it('leave a record alone when an entry is part of it already', () => {
    const records = ofAll()
    records.take(message(1, 'as edited', 7, { edits: 1, editedAt: 70 }))
    expect(records.take(changed(7, { kind: 'edit', messageId: 'id-1', body: 'as edited' }, 1))).toEqual([])
    expect(records.get('id-1')?.content.edits).toBe(1)
  })

  it('keep a change until its message and every earlier change have come', () => {
    const records = ofAll()
    records.take(changed(9, { kind: 'edit', messageId: 'id-1', body: 'third' }, 5))
    expect(records.take(message(1, 'first'))).toEqual([])
    expect(bodies(records)).toEqual(['first'])
    expect(records.take(changed(5, { kind: 'edit', messageId: 'id-1', body: 'second' }, 1))).toMatchObject([{ rev: 9, content: { body: 'third', edits: 2 } }])
  })

  it('show a held message as a placeholder, except to who may see it, and whole once it is released', () => {
    const [member, moderator] = [ofAll(), createRecords(() => true, 100)]
    for (const records of [member, moderator]) {
      records.take(message(1, 'spam?'))
      records.take(changed(2, { kind: 'moderate', messageId: 'id-1', action: 'hold' }, 1, 'mod'))
    }
    expect(member.get('id-1')?.content).toEqual({ ...content('ann', null), moderation: 'held' })
    expect(moderator.get('id-1')?.content).toMatchObject({ body: 'spam?', moderation: 'held' })
    const stubbed = ofAll()
    stubbed.take(message(1, null, 2, { moderation: 'held' }))
    const release = changed(3, { kind: 'moderate', messageId: 'id-1', action: 'release', message: content('ann', 'spam?') }, 2, 'mod')
    for (const records of [member, stubbed]) expect(records.take(release)).toMatchObject([{ rev: 3, content: { body: 'spam?' } }])
    expect(stubbed.get('id-1')?.content.moderation).toBeUndefined()
  })

  it('show that a held message was deleted, whether or not they had it before, and nothing else of it', () => {
    const [before, stubbed, late, moderator] = [ofAll(), ofAll(), ofAll(), createRecords(() => true, 100)]
    for (const records of [before, moderator]) {
      records.take(message(1, 'spam?'))
      records.take(changed(2, { kind: 'react', messageId: 'id-1', emoji: '+' }, 1, 'bob'))
      records.take(changed(3, { kind: 'moderate', messageId: 'id-1', action: 'hold' }, 2, 'mod'))
    }
    stubbed.take(message(1, null, 3, { moderation: 'held' }))
    const deletion = changed(4, { kind: 'delete', messageId: 'id-1', by: 'author' }, 3)
    const deleted = { at: 40, by: 'ann', kind: 'author' as const }
    for (const records of [before, stubbed, moderator]) expect(records.take(deletion)).toHaveLength(1)
    late.take(message(1, null, 4, { moderation: 'held', deleted, reactions: { '+': ['bob'] } }))
    for (const records of [before, stubbed, late, moderator])
      expect(records.get('id-1')).toMatchObject({ rev: 4, content: { ...content('ann', null), moderation: 'held', deleted } })
    expect(before.get('id-1')).toEqual(late.get('id-1'))
    expect(stubbed.get('id-1')).toEqual(late.get('id-1'))
  })

  it('blank what a purge has passed, also when the message comes after it as it was before', () => {
    const records = ofAll()
    records.take(message(1, 'old'))
    const purge: WireEntry = { ...common(5, 'system'), kind: 'purged', change: { kind: 'purged', throughSeq: 3, archived: false } }
    expect(records.take(purge)).toMatchObject([{ seq: 1, rev: 5, content: { body: null, deleted: { kind: 'retention' } } }])
    records.take(message(2, 'old too'))
    records.take(message(4, 'young'))
    expect(bodies(records)).toEqual([null, null, 'young'])
  })

  it('forget those that came first beyond the limit', () => {
    const records = createRecords(() => false, 2)
    for (const seq of [1, 2, 3]) records.take(message(seq, `${seq}`))
    expect(bodies(records)).toEqual(['2', '3'])
  })

  it('are the same whatever way and order the entries came in', () => {
    fc.assert(
      fc.property(logs, fc.array(fc.nat(), { minLength: 120, maxLength: 120 }), fc.nat(), (steps, chances, start) => {
        const log = logOf(steps)
        const chance = chances.values()
        const upTo = (limit: number): number => (limit <= 0 ? 0 : (chance.next().value ?? 0) % (limit + 1))
        const records = ofAll()
        // A reset at `head`: live entries from there on, older windows downwards beside them.
        const head = start % (log.length + 1)
        let [applied, below] = [head, head]
        while (applied < log.length || below > 0) {
          const pages = below > 0 && (applied === log.length || upTo(1) === 0)
          if (!pages) {
            applied += 1
            records.take(readAs(log, applied, applied + upTo(log.length - applied)))
            continue
          }
          const [from, readAt] = [Math.max(0, below - 1 - upTo(3)), head + upTo(log.length - head)]
          for (let seq = from + 1; seq <= below; seq += 1) records.take(readAs(log, seq, readAt))
          below = from
        }
        const direct = ofAll()
        for (let seq = 1; seq <= log.length; seq += 1) if (log[seq - 1]?.kind === 'message') direct.take(readAs(log, seq, log.length))
        expect(records.all()).toEqual(direct.all())
      }),
      { numRuns: 2000 },
    )
  })
})

/** A room's log as a node keeps it: `about` names the n-th message, modulo those that there are. */
type Step = { kind: 'message' } | { kind: 'edit' | 'delete' | 'react' | 'unreact' | 'hold' | 'release' | 'remove' | 'purged'; about: number; user: string }
interface LogEntry {
  kind: Step['kind']
  seq: number
  user: string
  target: number
  previousRev: number
}
const user = fc.constantFrom('ann', 'bob', 'cat')
const logs = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<Step>({ kind: 'message' }) },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constantFrom('edit', 'edit', 'delete', 'react', 'react', 'unreact', 'hold', 'release', 'release', 'remove', 'purged'),
        about: fc.nat(),
        user,
      }),
    },
  ),
  { minLength: 1, maxLength: 25 },
)

/** What a node accepts of the steps, with the seq and previousRev that it gives them. */
function logOf(steps: readonly Step[]): LogEntry[] {
  const log: LogEntry[] = []
  for (const step of steps) {
    const seq = log.length + 1
    if (step.kind === 'message') {
      log.push({ kind: 'message', seq, user: 'ann', target: seq, previousRev: 0 })
      continue
    }
    const messages = log.filter(({ kind }) => kind === 'message')
    const target = messages[step.about % Math.max(1, messages.length)]?.seq
    if (target === undefined) continue
    if (step.kind === 'purged') {
      log.push({ kind: 'purged', seq, user: 'system', target, previousRev: 0 })
      continue
    }
    const { content: now, rev } = recordAt(log, target, log.length)
    const [isGone, isHeld] = [now.deleted !== undefined || now.moderation === 'removed', now.moderation === 'held']
    const isAllowed = { edit: !isHeld, react: !isHeld, unreact: !isHeld, delete: true, hold: !isHeld, release: isHeld, remove: true }[step.kind]
    if (!isGone && isAllowed) log.push({ kind: step.kind, seq, user: step.user, target, previousRev: rev })
  }
  return log
}

/** The record of a message when the log ends at `head`, made the plain way. */
function recordAt(log: readonly LogEntry[], seq: number, head: number): MessageRecord {
  let rev = seq
  let now = content('ann', `first of ${seq}`)
  for (const entry of log.slice(0, head)) {
    const isGone = now.deleted !== undefined || now.moderation === 'removed'
    const isPurge = entry.kind === 'purged' && entry.target >= seq && entry.seq > seq && !isGone
    if (!isPurge && (entry.kind === 'message' || entry.kind === 'purged' || entry.target !== seq)) continue
    rev = entry.seq
    now = stepped(now, entry)
  }
  return { id: `id-${seq}`, seq, rev, at: seq * 10, content: now }
}
function stepped(now: MessageContent, { kind, seq, user: by }: LogEntry): MessageContent {
  const { editedAt: _at, edits = 0, reactions = {}, moderation, ...rest } = now
  const whole = { ...rest, ...(edits > 0 ? { edits, editedAt: _at ?? 0 } : {}) }
  const state = moderation ? { moderation } : {}
  const kept = Object.keys(reactions).length > 0 ? { reactions } : {}
  if (kind === 'edit') return { ...now, body: `edit ${seq}`, editedAt: seq * 10, edits: edits + 1 }
  if (kind === 'delete' || kind === 'purged')
    return {
      ...rest,
      ...kept,
      ...state,
      body: null,
      deleted: { at: seq * 10, by: kind === 'purged' ? 'system' : by, kind: kind === 'purged' ? 'retention' : 'author' },
    }
  if (kind === 'remove') return { ...rest, ...kept, body: null, moderation: 'removed' }
  if (kind === 'hold') return { ...whole, ...kept, moderation: 'held' }
  if (kind === 'release') return { ...whole, ...kept }
  const others = (reactions['+'] ?? []).filter((one) => one !== by)
  const users = kind === 'unreact' ? others : (reactions['+'] ?? []).includes(by) ? (reactions['+'] ?? []) : [...others, by]
  return { ...whole, ...state, ...(users.length > 0 ? { reactions: { '+': users } } : {}) }
}

/** An entry as a node gives it to a member once the log ends at `head`: whole, stubbed, or blanked meanwhile. */
function readAs(log: readonly LogEntry[], seq: number, head: number): WireEntry {
  const entry = log[seq - 1]
  if (!entry) throw new Error(`no entry ${seq}`)
  if (entry.kind === 'message') {
    const { rev, content: now } = recordAt(log, seq, head)
    return {
      ...common(seq, 'ann'),
      rev,
      kind: 'message',
      message: now.moderation === 'held' && !now.deleted ? { ...content('ann', null), moderation: 'held' } : now,
    }
  }
  const { kind, user: actorId, target, previousRev } = entry
  if (kind === 'purged') return { ...common(seq, 'system'), kind, change: { kind, throughSeq: target, archived: false } }
  const messageId = `id-${target}`
  const { content: now, rev } = recordAt(log, target, head)
  if (kind === 'edit') {
    const hidden = now.moderation === 'held' || now.body === null
    return changed(seq, { kind, messageId, body: hidden ? null : `edit ${seq}` }, previousRev, actorId)
  }
  if (kind === 'delete') return changed(seq, { kind, messageId, by: 'author' }, previousRev, actorId)
  if (kind === 'react' || kind === 'unreact') return changed(seq, { kind, messageId, emoji: '+' }, previousRev, actorId)
  if (kind === 'hold') return changed(seq, { kind: 'moderate', messageId, action: kind }, previousRev, actorId)
  const record = now.moderation === 'held' && !now.deleted ? { ...content('ann', null), moderation: 'held' as const } : now
  return { ...changed(seq, { kind: 'moderate', messageId, action: kind, message: record }, previousRev, actorId), rev }
}
