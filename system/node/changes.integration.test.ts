/** Everything that changes a message or a member, through two nodes: seen on the other one, idempotent, refused to whom it isn't for. */
import { MongoClient } from 'mongodb'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { foldLog, recordOf } from './fold-records.ts'
import { ask, connect, entryAt, joinRoom, openRealNodes, say } from './fixtures/real-nodes.ts'
import type { AuditRecord } from './audit-log.ts'
import type { StoredEntry } from './entries.ts'
import type { Connected, RealNode, RealNodes } from './fixtures/real-nodes.ts'
import type { Role, WireEntry } from '../protocol.ts'

let cluster: RealNodes
let nodes: [RealNode, RealNode]
let client: MongoClient
beforeAll(async () => {
  cluster = await openRealNodes('changes')
  nodes = await cluster.startTwo()
  client = await MongoClient.connect(cluster.mongo.url.href)
})
afterAll(async () => {
  await client.close()
  await cluster[Symbol.asyncDispose]()
})

const refused = (code: string) => ({ ok: false, error: { code } })
const about = (room: string, messageId: string) => ({ room, messageId, operationId: uuidv7() })
async function historyOf(asking: Connected, room: string): Promise<WireEntry[]> {
  const answer = await ask(asking).emitWithAck('history:page', { room, limit: 100 })
  if (!answer.ok) throw new Error(answer.error.message)
  return answer.entries
}
async function giveRole(owner: Connected, room: string, userId: string, role: Role): Promise<void> {
  expect(await ask(owner).emitWithAck('member:role', { room, userId, role, operationId: uuidv7() })).toMatchObject({ ok: true })
}
const stored = (roomId: string) =>
  client
    .db('chat')
    .collection<StoredEntry>('room_log')
    .find({ roomId })
    .toArray()
    .then((entries) => entries.toSorted((left, right) => left.seq - right.seq))
const audited = (roomId: string) => client.db('chat').collection<AuditRecord>('audit_log').find({ roomId }).toArray()

/** ann owns the room and is on node 1; bob and mod, who are on node 2, are a member and a moderator. */
async function roomOf(room: string) {
  const [ann, bob, mod] = [await connect(nodes[0], 'ann'), await connect(nodes[1], 'bob'), await connect(nodes[1], 'mod')]
  for (const member of [ann, bob, mod]) await joinRoom(member, room)
  await giveRole(ann, room, 'mod', 'moderator')
  return { ann, bob, mod }
}

test('an edit, a reply and reactions reach the other node, and every later reader sees what they made of the message', async () => {
  const room = 'edits'
  const { ann, bob } = await roomOf(room)
  const { id, seq } = await say(ann, room, 'helo')
  const edit = { ...about(room, id), body: 'hello' }
  const edited = await ask(ann).emitWithAck('message:edit', edit)
  if (!edited.ok) throw new Error(edited.error.message)
  expect(await entryAt(bob, room, edited.seq)).toMatchObject({
    kind: 'edit',
    actorId: 'ann',
    previousRev: seq,
    change: { kind: 'edit', messageId: id, body: 'hello' },
  })
  expect(await ask(ann).emitWithAck('message:edit', edit)).toEqual({ ...edited, duplicate: true })
  expect(await ask(ann).emitWithAck('message:edit', { ...edit, body: 'other' })).toMatchObject(refused('id_reused'))
  expect(await ask(ann).emitWithAck('message:react', { ...about(room, id), operationId: edit.operationId, emoji: '👍', remove: false })).toMatchObject(
    refused('id_reused'),
  )

  const reply = await say(bob, room, 'hi', { replyTo: id })
  expect(await entryAt(ann, room, reply.seq)).toMatchObject({ message: { replyTo: id } })
  await expect(say(bob, room, 'hi', { replyTo: uuidv7() })).rejects.toThrow('not_found')
  for (const [member, emoji, remove] of [
    [ann, '👍', false],
    [bob, '👍', false],
    [bob, '$a.b', false],
    [ann, '👍', true],
  ] as const)
    expect(await ask(member).emitWithAck('message:react', { ...about(room, id), emoji, remove })).toMatchObject({ ok: true, duplicate: false })
  const message = (await historyOf(bob, room)).find((entry) => entry.id === id)
  expect(message).toMatchObject({
    rev: reply.seq + 4,
    message: { body: 'hello', edits: 1, editedAt: expect.any(Number), reactions: { '👍': ['bob'], '$a.b': ['bob'] } },
  })
  expect(await ask(bob).emitWithAck('message:edit', { ...about(room, id), body: 'mine' })).toMatchObject(refused('forbidden'))
  expect(await ask(bob).emitWithAck('message:edit', { ...about(room, uuidv7()), body: 'x' })).toMatchObject(refused('not_found'))
  expect(await ask(bob).emitWithAck('message:edit', { ...about('elsewhere', id), body: 'x' })).toMatchObject(refused('forbidden'))
})

test('changes of one message at once through both nodes: each is folded once, in order', async () => {
  const room = 'storm'
  const { ann, bob, mod } = await roomOf(room)
  const { id } = await say(ann, room, 'first')
  const acks = await Promise.all(
    [ann, bob, mod].flatMap((member, who) =>
      Array.from({ length: 12 }, (_, index) =>
        who === 0 && index % 2 === 0
          ? ask(member).emitWithAck('message:edit', { ...about(room, id), body: `edit ${index}` })
          : ask(member).emitWithAck('message:react', { ...about(room, id), emoji: `e${index}`, remove: false }),
      ),
    ),
  )
  expect(acks.filter((ack) => !ack.ok)).toEqual([])
  const entries = await stored(room)
  expect(entries.map((entry) => entry.seq)).toEqual(Array.from({ length: entries.length }, (_, index) => index + 1))
  const changes = entries.filter((entry) => entry.messageId === id)
  expect(changes).toHaveLength(36)
  expect(changes.map((entry) => entry.previousRev)).toEqual([entries.find((entry) => entry._id === id)!.seq, ...changes.slice(0, -1).map((entry) => entry.seq)])
  expect(recordOf(entries.find((entry) => entry._id === id)!)).toEqual(foldLog(entries).get(id))
})

test('a deletion leaves nothing of the content, neither in the record nor in its edits, and nothing changes it after', async () => {
  const room = 'deletes'
  const { ann, bob, mod } = await roomOf(room)
  const { id } = await say(bob, room, 'secret one')
  await ask(bob).emitWithAck('message:edit', { ...about(room, id), body: 'secret two' })
  expect(await ask(ann).emitWithAck('message:delete', { ...about(room, uuidv7()) })).toMatchObject(refused('not_found'))
  const deletion = { ...about(room, id), reason: 'not for here' }
  const deleted = await ask(mod).emitWithAck('message:delete', deletion)
  expect(deleted).toMatchObject({ ok: true, duplicate: false })
  expect(await ask(mod).emitWithAck('message:delete', deletion)).toMatchObject({ ok: true, duplicate: true })
  const entries = await stored(room)
  expect(JSON.stringify(entries)).not.toContain('secret')
  expect(recordOf(entries.find((entry) => entry._id === id)!)).toEqual(foldLog(entries).get(id))
  expect((await historyOf(ann, room)).find((entry) => entry.id === id)?.message).toMatchObject({ body: null, deleted: { by: 'mod', kind: 'moderator' } })
  expect(await ask(bob).emitWithAck('message:edit', { ...about(room, id), body: 'back' })).toMatchObject(refused('not_found'))
  expect(await audited(room)).toMatchObject([
    { action: 'role', userId: 'mod' },
    { action: 'delete', actorId: 'mod', messageId: id, detail: { reason: 'not for here' } },
  ])
  const own = await say(bob, room, 'mine')
  await ask(bob).emitWithAck('message:delete', about(room, own.id))
  expect(await audited(room)).toHaveLength(2)
})

test('a held message is whole for its author and moderators only, in every way of reading; the release carries it', async () => {
  const room = 'holds'
  const { ann, bob, mod } = await roomOf(room)
  const eve = await connect(nodes[0], 'eve')
  const epoch = await joinRoom(eve, room)
  const { id, seq } = await say(bob, room, 'doubtful')
  await ask(bob).emitWithAck('message:edit', { ...about(room, id), body: 'doubtful still' })
  expect(await ask(eve).emitWithAck('message:moderate', { ...about(room, id), action: 'hold' })).toMatchObject(refused('forbidden'))
  const held = await ask(mod).emitWithAck('message:moderate', { ...about(room, id), action: 'hold' })
  if (!held.ok) throw new Error(held.error.message)
  expect(await entryAt(eve, room, held.seq)).toMatchObject({ change: { kind: 'moderate', action: 'hold' } })
  const textsOf = async (member: Connected) => {
    const ranged = await ask(member).emitWithAck('range:get', { room, epoch, after: seq - 1, upTo: held.seq })
    const read = ranged.ok ? ranged.entries : []
    const seen = [...read, ...(await historyOf(member, room))].filter((entry) => entry.id === id || (entry.kind === 'edit' && entry.seq === seq + 1))
    return seen.map((entry) => entry.message?.body ?? (entry.change?.kind === 'edit' ? entry.change.body : null))
  }
  expect(await textsOf(eve)).toEqual([null, null, null, null])
  for (const member of [bob, mod, ann]) expect(await textsOf(member)).toEqual(Array.from({ length: 4 }, () => 'doubtful still'))
  const again = await connect(nodes[1], 'eve', 'eve-2')
  const paged: WireEntry[] = []
  again.socket.on('sync:page', (page, done) => {
    paged.push(...page.entries)
    done()
  })
  const complete = new Promise((resolve) => void again.socket.once('sync:complete', resolve))
  await ask(again).emitWithAck('sync:begin', { rooms: { [room]: { epoch, appliedSeq: seq - 1 } } })
  await complete
  expect(paged.find((entry) => entry.id === id)?.message).toMatchObject({ body: null, moderation: 'held' })
  expect(JSON.stringify(paged)).not.toContain('doubtful')

  expect(await ask(bob).emitWithAck('message:edit', { ...about(room, id), body: 'x' })).toMatchObject(refused('held'))
  const released = await ask(mod).emitWithAck('message:moderate', { ...about(room, id), action: 'release' })
  if (!released.ok) throw new Error(released.error.message)
  const whole = { change: { kind: 'moderate', action: 'release', message: { body: 'doubtful still', senderId: 'bob' } } }
  for (const member of [ann, bob, eve, again]) expect(await entryAt(member, room, released.seq)).toMatchObject(whole)
  expect((await historyOf(eve, room)).find((entry) => entry.seq === released.seq)).toMatchObject(whole)
  expect(await textsOf(eve)).toEqual(Array.from({ length: 4 }, () => 'doubtful still'))

  expect(await ask(mod).emitWithAck('message:moderate', { ...about(room, id), action: 'remove' })).toMatchObject({ ok: true })
  expect((await historyOf(mod, room)).find((entry) => entry.id === id)?.message).toMatchObject({ body: null, moderation: 'removed' })
  const entries = await stored(room)
  expect(JSON.stringify(entries)).not.toContain('doubtful')
  expect(recordOf(entries.find((entry) => entry._id === id)!)).toEqual(foldLog(entries).get(id))
  expect((await audited(room)).map((record) => record.action)).toEqual(['role', 'hold', 'release', 'remove'])
})

test('roles: only owners give them, nobody acts upon an equal or higher one, and a room keeps an owner', async () => {
  const room = 'roles'
  const { ann, bob, mod } = await roomOf(room)
  const target = (userId: string) => ({ room, userId, operationId: uuidv7() })
  expect(await ask(mod).emitWithAck('member:role', { ...target('bob'), role: 'moderator' })).toMatchObject(refused('forbidden'))
  expect(await ask(ann).emitWithAck('member:role', { ...target('nobody'), role: 'moderator' })).toMatchObject(refused('not_found'))
  expect(await ask(ann).emitWithAck('member:role', { ...target('ann'), role: 'member' })).toMatchObject(refused('forbidden'))
  expect(await ask(mod).emitWithAck('member:kick', target('ann'))).toMatchObject(refused('forbidden'))
  expect(await ask(bob).emitWithAck('member:kick', target('mod'))).toMatchObject(refused('forbidden'))
  await giveRole(ann, room, 'bob', 'moderator')
  expect(await ask(mod).emitWithAck('member:mute', { ...target('bob'), muted: true, until: null })).toMatchObject(refused('forbidden'))
  expect(await ask(mod).emitWithAck('message:moderate', { ...about(room, (await say(ann, room, 'x')).id), action: 'hold' })).toMatchObject(refused('forbidden'))
})

test('who is muted may read but not speak, until it is taken back or over', async () => {
  const room = 'mutes'
  const { ann, bob, mod } = await roomOf(room)
  const { id } = await say(bob, room, 'before')
  const mute = (muted: boolean, until: number | null = null) =>
    ask(mod).emitWithAck('member:mute', { room, userId: 'bob', muted, until, operationId: uuidv7() })
  expect(await mute(true)).toMatchObject({ ok: true })
  await expect(say(bob, room, 'during')).rejects.toThrow('forbidden')
  expect(await ask(bob).emitWithAck('message:edit', { ...about(room, id), body: 'x' })).toMatchObject(refused('forbidden'))
  expect(await ask(bob).emitWithAck('message:react', { ...about(room, id), emoji: 'x', remove: false })).toMatchObject(refused('forbidden'))
  const { seq } = await say(ann, room, 'to all')
  await entryAt(bob, room, seq)
  await mute(false)
  await say(bob, room, 'after')
  await mute(true, Date.now() + 400)
  await expect(say(bob, room, 'too soon')).rejects.toThrow('forbidden')
  await vi.waitFor(() => say(bob, room, 'in time'), { timeout: 3000 })
})
