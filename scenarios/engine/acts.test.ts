/** The acts of a virtual user over a real control socket and history file, with a driver that only answers. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { askEnds, asks, bodyHash, changeKinds, kinds, messagesPerClient, pageAsks } from '../../reports/history/kinds.ts'
import { readNameFile, readRowFile } from '../../reports/history/reader.ts'
import type { ClientAssignment } from '../control-messages.ts'
import { startControlServer, type ControlServer } from '../control-server.ts'
import type { ActResult, Capabilities, ClientObserver, Driver, DrivenClient, ShownMessage } from '../driver.ts'
import { parseBody } from '../message-body.ts'
import { acts } from './acts.ts'
import { chatSteps } from './chat-steps.ts'
import { openLoadWorker, type LoadWorker } from './load-worker.ts'
import { VirtualUser } from './virtual-user.ts'

const client: ClientAssignment = {
  number: 3,
  user: 'user-4',
  device: 'device-4',
  token: 't',
  url: 'http://u',
  cohort: 'office',
  role: 'talker',
  rooms: ['room-1'],
  seed: 11,
  otherDevice: { device: 'device-4b', token: 't2' },
}

/** Answers from `answers` by name of the call, `ok` where nothing is said; `calls` tells what was asked. */
class AnsweringDriver implements Driver {
  readonly name = 'reference'
  readonly capabilities = ['sync', 'edit', 'view', 'reply', 'history', 'search', 'moderation', 'devices', 'presence', 'receipts'] as const
  readonly calls: unknown[][] = []
  readonly sent: { body: string; replyTo: string | undefined }[] = []
  answers: Record<string, () => Promise<ActResult>> = {}
  shown: ShownMessage[] = []
  observer: ClientObserver | null = null

  connect(_identity: unknown, observer: ClientObserver): Promise<DrivenClient> {
    this.observer = observer
    const say = async (name: string, ...words: unknown[]): Promise<ActResult> => {
      this.calls.push([name, ...words])
      return this.answers[name]?.() ?? { kind: 'ok', seq: 9 }
    }
    const capabilities: Partial<Capabilities> = {
      edit: {
        edit: ({ id }, body) => say('edit', id, body),
        delete: ({ id }) => say('delete', id),
        react: ({ id }, emoji, remove) => say('react', id, emoji, remove),
      },
      view: { messages: () => this.shown, role: () => 'member' },
      reply: true,
      history: {
        page: async (room, cursor, limit) => (await say('page', room, cursor, limit), { kind: 'ok', from: 4, to: 8, hasMore: true, messages: this.shown }),
      },
      search: { search: async (query, room, limit) => (await say('search', query, room, limit), { kind: 'ok', hits: this.shown }) },
      devices: {
        switchDevice: ({ device }) => say('switchDevice', device),
        goOffline: (forMs) => say('goOffline', forMs),
        reload: () => say('reload'),
        stopReading: (forMs) => say('stopReading', forMs),
      },
    }
    capabilities.moderation = {
      kick: (room, user) => say('kick', room, user),
      ban: (room, user, banned) => say('ban', room, user, banned),
      mute: (room, user, muted) => say('mute', room, user, muted),
      appoint: (room, user, role) => say('appoint', room, user, role),
      hold: ({ id }) => say('hold', id),
      release: ({ id }) => say('release', id),
      remove: ({ id }) => say('remove', id),
      leave: (room) => say('leave', room),
    }
    let sent = 0
    return Promise.resolve({
      join: () => Promise.resolve(),
      send: (_room, body, options) => {
        this.sent.push({ body, replyTo: options?.replyTo })
        const id = `id-${++sent}`
        observer.outcome(id, { kind: 'ok', id: `server-${sent}`, seq: sent, epoch: 'e', duplicate: false }, 1)
        return id
      },
      reconnect: () => Promise.resolve(),
      pending: () => null,
      capability: (kind) => capabilities[kind] ?? null,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    })
  }
}

let folder = ''
let control: ControlServer
let worker: LoadWorker
let driver: AnsweringDriver
let user: VirtualUser

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shakedown-acts-'))
  control = await startControlServer({
    originNs: process.hrtime.bigint(),
    historyFolder: folder,
    driver: 'reference',
    mutant: null,
    seed: 7,
    assignments: [client],
  })
  driver = new AnsweringDriver()
  worker = await openLoadWorker({ controlPath: control.path, name: 'load-1', pid: 1, monotonicNs: () => process.hrtime.bigint(), drivers: [driver] })
  const assigned = await worker.control.assign(1000)
  if (assigned === null) throw new Error('no client')
  user = new VirtualUser(worker, assigned, true)
  await user.login(1000)
  user.doing = null
})
afterEach(async () => {
  worker.finish()
  worker.control.close()
  await control[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

interface Row {
  kind: string
  message: number
  seq: number
  rev: number
  value: number
  layer: number
}
function rowsOf(...wanted: string[]): { rows: Row[]; names: string[] } {
  worker.finish()
  const rows: Row[] = []
  const kindNames = new Map<number, string>(Object.entries(kinds).map(([name, row]) => [row.code, name]))
  readRowFile(join(folder, 'load-1.rows.arrow'), (read) => {
    for (let at = 0; at < read.length; at++) {
      const kind = kindNames.get(read.kind[at] ?? 0) ?? '?'
      const [message = 0, seq = 0, rev = 0, value = 0, layer = 0] = [read.message[at], read.seq[at], read.rev[at], read.value[at], read.layer[at]]
      if (wanted.includes(kind)) rows.push({ kind, message, seq, rev, value, layer })
    }
  })
  return { rows, names: readNameFile(join(folder, 'load-1.names.arrow')).names }
}
const shownBy = (senderId: string, id: string): ShownMessage => ({ room: 'room-1', id, seq: 5, rev: 7, senderId, record: { body: 'sd1 8 2 room-1 0 x' } })

test('an edit is of the last own message that is acked, carries its identity, and is recorded when asked for and when done', async () => {
  expect(await acts.edit(user, {})).toBe(false)
  user.say('room-1', 1, 120)
  user.say('room-1', 2, 120)
  expect(await acts.edit(user, { what: 'own-last' })).toBe(true)
  expect(await acts.edit(user, { what: 'own-last' })).toBe(true)
  const bodies = driver.calls.map(([, id, body]) => ({ id, ...parseBody(String(body)) }))
  expect(bodies).toEqual([1, 2].map((edit) => ({ id: 'server-2', client: 3, counter: 1, room: 'room-1', edit, intact: true })))
  const { rows } = rowsOf('changeInvoked', 'changeOk')
  const about = { message: 3 * messagesPerClient + 1, value: changeKinds.edit, layer: 0 }
  expect(rows).toEqual([
    { ...about, kind: 'changeInvoked', seq: 0, rev: bodyHash(String(driver.calls[0]?.[2])) },
    { ...about, kind: 'changeOk', seq: 0, rev: 9 },
    { ...about, kind: 'changeInvoked', seq: 1, rev: bodyHash(String(driver.calls[1]?.[2])) },
    { ...about, kind: 'changeOk', seq: 1, rev: 9 },
  ])
})

test('a deleted message is deleted once only; a refusal, a silence and an exception are recorded for what they are', async () => {
  user.say('room-1', 1, 120)
  driver.answers = {
    delete: async () => ({ kind: 'failed', code: 'forbidden' }),
    react: () => new Promise(() => undefined),
    kick: () => Promise.reject(new Error('broken')),
  }
  expect(await acts.delete(user, {})).toBe(true)
  expect(await acts.delete(user, {})).toBe(false)
  driver.shown = [shownBy('user-9', 'theirs')]
  await acts.react(user, { emoji: 'x', timeout: '20ms' })
  await acts.kick(user, {})
  expect(driver.calls.slice(1)).toEqual([
    ['react', 'theirs', 'x', false],
    ['kick', 'room-1', 'user-9'],
  ])
  const { rows, names } = rowsOf('changeInvoked', 'changeFailed', 'changeUnknown')
  expect(rows.map((row) => [row.kind, row.value, row.kind === 'changeInvoked' ? row.rev : names[row.rev]])).toEqual([
    ['changeInvoked', changeKinds.delete, -1],
    ['changeFailed', changeKinds.delete, 'forbidden'],
    ['changeInvoked', changeKinds.react, bodyHash('x')],
    ['changeUnknown', changeKinds.react, 'no answer in time'],
    ['changeInvoked', changeKinds.kick, bodyHash('user-9')],
    ['changeUnknown', changeKinds.kick, 'Error: broken'],
  ])
  expect(rows[2]?.message).toBe(8 * messagesPerClient + 2)
})

test('a reply is a message that names the one it answers', async () => {
  driver.shown = [shownBy('user-9', 'theirs')]
  await acts.reply(user, { what: 'last' })
  expect(driver.sent).toEqual([{ body: expect.stringMatching(/^sd1 3 0 room-1 /), replyTo: 'theirs' }])
  const { rows, names } = rowsOf('invoked', 'repliesTo')
  expect(rows.map((row) => row.kind)).toEqual(['invoked', 'repliesTo'])
  expect(rows[1]).toMatchObject({ message: 3 * messagesPerClient, seq: 5 })
  expect(names[rows[1]?.value ?? -1]).toBe('theirs')
})

test('pages go backwards from the newest; each page, each answer to a search and each message in them is recorded', async () => {
  driver.shown = [shownBy('user-9', 'theirs'), { ...shownBy('user-9', 'gone'), record: { body: null, deleted: { at: 1, by: 'user-9', kind: 'author' } } }]
  await acts.page(user, { pages: 2, limit: 4 })
  await acts.search(user, { query: 'x' })
  expect(driver.calls).toEqual([
    ['page', 'room-1', {}, 4],
    ['page', 'room-1', { before: 5 }, 4],
    ['search', 'x', 'room-1', 20],
  ])
  const { rows } = rowsOf('askInvoked', 'askEnded', 'pageRead', 'searchRead', 'readMessage')
  expect(rows.map((row) => row.kind).slice(0, 5)).toEqual(['askInvoked', 'askEnded', 'pageRead', 'readMessage', 'readMessage'])
  expect(rows[1]).toMatchObject({ value: asks.page, layer: askEnds.ok, rev: -1 })
  expect(rows[2]).toMatchObject({ seq: 4, rev: 8, value: 2, layer: 1 | pageAsks.newest })
  expect(rows.filter((row) => row.kind === 'pageRead')[1]?.layer).toBe(1 | pageAsks.continues)
  expect(rows[3]).toMatchObject({ message: 8 * messagesPerClient + 2, seq: 5, rev: 7, value: bodyHash('sd1 8 2 room-1 0 x'), layer: 2 })
  expect(rows[4]).toMatchObject({ message: -1, layer: 3 })
  expect(rows.at(-1)).toMatchObject({ kind: 'readMessage', layer: 5 })
})

test('at the end the newest messages of each view are recorded in the order in which they are shown', () => {
  driver.shown = [shownBy('user-9', 'theirs'), { ...shownBy('user-8', 'earlier'), seq: 3, rev: 4 }]
  const { rows } = rowsOf('viewShown', 'viewMessage')
  expect(rows.map((row) => [row.kind, row.seq])).toEqual([
    ['viewShown', 2],
    ['viewMessage', 5],
    ['viewMessage', 3],
  ])
  expect(rows[1]).toMatchObject({ message: 8 * messagesPerClient + 2, rev: 7, value: bodyHash('sd1 8 2 room-1 0 x') })
})

test('of a room that it left no view is recorded at the end', () => {
  user.recorder.left('room-1', 21, 'user-3', false)
  expect(rowsOf('viewShown').rows).toEqual([])
})

test('who has left a room neither talks nor acts there; a switch of device goes back and forth', async () => {
  await acts['switch-device'](user, {})
  await acts['switch-device'](user, {})
  await acts['go-offline'](user, { for: '2s' })
  await acts.leave(user, {})
  expect(driver.calls).toEqual([
    ['switchDevice', 'device-4b'],
    ['switchDevice', 'device-4'],
    ['goOffline', 2000],
    ['leave', 'room-1'],
  ])
  expect(await acts.leave(user, {})).toBe(false)
  driver.observer?.joined('room-1', 20, 'e')
  expect(await acts.leave(user, {})).toBe(true)
})

test('a step waits for something to act on, says so at its deadline, and says what the driver lacks', async () => {
  setTimeout(() => user.say('room-1', 1, 120), 60)
  await chatSteps.edit(user, { timeout: '2s' })
  expect(driver.calls).toHaveLength(1)
  await expect(chatSteps.kick(user, { timeout: '80ms' })).rejects.toThrow('waited 80 ms for something for user-4 to kick')
  await expect(chatSteps.idle(user, {})).rejects.toThrow("the driver can't do presence")
})

test('a step of one who is in no room any more is left out', async () => {
  user.recorder.left('room-1', 7, 'user-1', true)
  await chatSteps.send(user, {})
  await chatSteps.edit(user, { timeout: '5s' })
  const { rows, names } = rowsOf('actSkipped', 'intended', 'changeInvoked')
  expect(rows.map((row) => [row.kind, names[row.value]])).toEqual([
    ['actSkipped', 'send'],
    ['actSkipped', 'edit'],
  ])
})

test('acts beside the talk count as pending until they end, and are left out beyond eight', async () => {
  const end = Promise.withResolvers<boolean>()
  for (let index = 0; index < 10; index++) user.beside('edit', () => end.promise)
  expect(user.pending()).toMatch(/^user-4: edit 1$/)
  end.resolve(true)
  await expect.poll(() => user.pending()).toBeNull()
  user.beside('react', async () => false)
  await expect.poll(() => user.pending()).toBeNull()
  const { rows, names } = rowsOf('actSkipped')
  expect(rows.map((row) => names[row.value])).toEqual(['edit', 'edit', 'react'])
})
