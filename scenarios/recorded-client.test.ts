import { expect, test } from 'vitest'
import { layers, presences, recordBits, statuses } from '../reports/history/codes.ts'
import { kinds, messagesPerClient } from '../reports/history/kinds.ts'
import { bodyHash, recordHash } from '../reports/history/record-hash.ts'
import type { HistoryWriter } from '../reports/history/writer.ts'
import { LoadMeter } from './load-meter.ts'
import { makeBody } from './message-body.ts'
import { RecordedClient } from './recorded-client.ts'
import { seededRandom } from './random.ts'

type Row = { tNs: number; kind: string; session: number; room: number; message: number; seq: number; rev: number; value: number; layer: number }

function recording(): { client: RecordedClient; rows: Row[]; names: string[]; meter: LoadMeter } {
  const rows: Row[] = []
  const names: string[] = []
  const kindNames = new Map<number, string>(Object.entries(kinds).map(([name, row]) => [row.code, name]))
  const writer: HistoryWriter = {
    row: (tNs, _client, session, room, kind, layer, message, seq, rev, value) =>
      void rows.push({ tNs, kind: kindNames.get(kind) ?? '?', session, room, message, seq, rev, value, layer }),
    name: (text) => (names.includes(text) ? names.indexOf(text) : names.push(text) - 1),
    rows: 0,
    flush: () => undefined,
    startFlushing: () => undefined,
    close: () => [],
  }
  const meter = new LoadMeter()
  return {
    client: new RecordedClient({ client: 3, device: 'device-4', writer, meter, intendedTimes: [], nowNs: () => 9_000_000, random: seededRandom(1) }),
    rows,
    names,
    meter,
  }
}

test('a message is intended at its intended time, then invoked, whatever the client tells before send returns', () => {
  const { client, rows, names } = recording()
  client.connected('node-1', 'boot-1', null)
  const sent: string[] = []
  client.talk('room-1', 5_000_000, 120, (_, body) => {
    sent.push(body)
    client.status('id-a', 'queued')
    client.attempt('id-a', 1, 'id-a')
    return 'id-a'
  })
  client.outcome('id-a', { kind: 'ok', id: 'server-1', seq: 8, epoch: 'e', duplicate: true }, 1)
  expect(rows.map((row) => row.kind)).toEqual(['connect', 'intended', 'invoked', 'status', 'attempt', 'ok'])
  expect(rows[1]).toMatchObject({ tNs: 5_000_000, message: 3 * messagesPerClient, rev: 120, value: bodyHash(sent[0] ?? ''), session: 1 })
  expect(rows[2]).toMatchObject({ tNs: 9_000_000, seq: 1, value: names.indexOf('id-a') })
  expect(rows[3]).toMatchObject({ value: statuses.queued })
  expect(rows[5]).toMatchObject({ seq: 8, layer: 1, value: names.indexOf('server-1'), rev: names.indexOf('e') })
})

test('clientSeq rises per room', () => {
  const { client, rows } = recording()
  for (const [index, room] of ['a', 'a', 'b', 'a'].entries()) client.talk(room, 1, 100, () => `id-${index}`)
  expect(rows.filter((row) => row.kind === 'invoked').map((row) => row.seq)).toEqual([1, 2, 1, 3])
})

test('a delivery carries the identity of the body and its hash as received; others are foreign', () => {
  const { client, rows, names, meter } = recording()
  let body = ''
  client.talk('room-1', 1_000_000, 120, (_, made) => {
    body = made
    return 'id'
  })
  client.delivery('room-1', 'message', 5, 5, body, 'user-4', layers.wire | layers.applied | layers.live)
  client.delivery('room-1', 'message', 6, 6, 'hello', 'user-9', layers.wire)
  client.delivery('room-1', 'message', 7, 7, null, 'user-9', layers.wire)
  client.delivery('room-1', 'join', 8, 8, null, 'user-9', layers.applied)
  const [own, foreign, stub, entry] = rows.filter(({ kind }) => kind !== 'author').slice(-4)
  expect(own).toMatchObject({
    kind: 'delivery',
    message: 3 * messagesPerClient,
    seq: 5,
    value: bodyHash(body),
    layer: layers.wire | layers.applied | layers.live,
  })
  expect(foreign).toMatchObject({ message: -names.indexOf('foreign:user-9:hello') - 2 })
  expect(stub).toMatchObject({ message: -1, value: -1 })
  expect(entry).toMatchObject({ kind: 'entry', value: 1, message: -1 })
  expect(meter.applied).toBe(1)
  expect(meter.takeP99()).toEqual({ ackP99Ms: null, deliveryP99Ms: expect.closeTo(8, 0) })
})

test("a client with a connection for each room has a session for each; what comes in a room is of that room's, and the client is connected while one lasts", () => {
  const { client, rows, meter } = recording()
  client.connected('node-1', 'boot-1', null)
  client.connected('node-2', 'boot-2', 'room-1')
  client.disconnected('offline', null)
  client.connected('node-1', 'boot-1', 'room-2')
  client.heartbeat('room-1', 1, 'epoch')
  client.heartbeat('room-2', 1, 'epoch')
  expect(meter.connected).toBe(1)
  client.disconnected('transport close', 'room-1')
  client.heartbeat('room-1', 2, 'epoch')
  expect(rows.map((row) => [row.kind, row.session])).toEqual([
    ['connect', 1],
    ['connect', 2],
    ['disconnect', 1],
    ['connect', 3],
    ['heartbeat', 2],
    ['heartbeat', 3],
    ['disconnect', 2],
    ['heartbeat', -1],
  ])
  expect(meter.connected).toBe(1)
})

test('sessions are numbered from 1 and end; the record ends when it is stopped', () => {
  const { client, rows, meter } = recording()
  client.disconnected('never was', null)
  client.connected('node-1', 'boot-1', null)
  client.disconnected('transport close', null)
  client.connected('node-2', 'boot-2', null)
  expect(rows.map((row) => [row.kind, row.session])).toEqual([
    ['connect', 1],
    ['disconnect', 1],
    ['connect', 2],
  ])
  expect(meter.connected).toBe(1)
  client.stop()
  client.disconnected('closed', null)
  client.delivery('room-1', 'message', 5, 5, 'x', 'user-4', layers.wire)
  expect(rows).toHaveLength(3)
  expect(meter.connected).toBe(0)
})

test('each device counts its own clientSeqs, and goes on where it was', () => {
  const { client, rows } = recording()
  const say = (id: string): unknown => client.talk('a', 1, 100, () => id)
  say('1')
  client.replaced('device-4b', true)
  say('2')
  say('3')
  client.replaced('device-4', true)
  say('4')
  client.replaced('device-4', false)
  say('5')
  expect(rows.filter((row) => row.kind === 'invoked').map((row) => row.seq)).toEqual([1, 1, 2, 2, 3])
  expect(rows.filter((row) => row.kind === 'clientReplaced').map((row) => row.layer)).toEqual([1, 1, 0])
})

test('what is shown anew is recorded with the hash of the whole record; a stub has no identity', () => {
  const { client, rows, names } = recording()
  let body = ''
  client.talk('room-1', 1, 120, (_, made) => {
    body = made
    return 'id'
  })
  const reactions = { x: ['user-1'] }
  client.changed('room-1', 5, 8, { body, reactions }, layers.wire | layers.applied | layers.live)
  client.changed('room-1', 5, 9, { body: null, deleted: { at: 1, by: 'user-4', kind: 'author' } }, layers.sync)
  client.presence('user-2', { state: 'idle', lastSeenAt: null })
  client.typing('room-1', ['user-9', 'user-2'])
  client.left('room-1', 12, 'user-7', true)
  const [first, second, presence, typing, left] = rows.slice(-5)
  expect(first).toMatchObject({ kind: 'changed', message: 3 * messagesPerClient, seq: 5, rev: 8, value: recordHash({ body, reactions }), layer: layers.live })
  expect(second).toMatchObject({ message: -1, rev: 9, layer: layers.sync | recordBits.stub })
  expect(presence).toMatchObject({ kind: 'presenceShown', value: presences.idle, rev: names.indexOf('user-2') })
  expect(typing).toMatchObject({ kind: 'typingShown', seq: 2, value: names.indexOf('user-2,user-9') })
  expect(left).toMatchObject({ kind: 'left', seq: 12, layer: 1, value: names.indexOf('user-7') })
  expect([...client.gone]).toEqual(['room-1'])
})

test('the hash of an unchanged record is that of its body, and each change makes it another', () => {
  const body = 'hello'
  const states = [
    { body },
    { body, edits: 1 },
    { body, reactions: { x: ['a'] } },
    { body, reactions: { x: ['a', 'b'] } },
    { body, moderation: 'held' },
    { body: null, deleted: { kind: 'author' } },
    { body: null, deleted: { kind: 'moderator' } },
  ]
  expect(recordHash({ body })).toBe(bodyHash(body))
  expect(new Set(states.map((state) => recordHash(state))).size).toBe(states.length)
  expect(recordHash({ body, reactions: { y: ['b'], x: ['a'] } })).toBe(recordHash({ body, reactions: { x: ['a'], y: ['b'], z: [] } }))
})

test('the author of a message is told at the first of a sender, and whenever another is named', () => {
  const { client, rows, names } = recording()
  const body = (sender: number, counter: number): string => makeBody(sender, counter, 'room-1', 80, () => 0.5)
  const seen = (sender: number, seq: number, senderId: string): void =>
    client.delivery('room-1', 'message', seq, seq, body(sender, seq), senderId, layers.wire | layers.live)
  for (const [sender, seq, name] of [
    [5, 1, 'user-6'],
    [5, 2, 'user-6'],
    [7, 3, 'user-8'],
    [5, 4, 'user-8'],
    [5, 5, 'user-6'],
  ] as const)
    seen(sender, seq, name)
  client.delivery('room-1', 'message', 6, 6, null, 'user-9', layers.wire | layers.live)
  const told = rows.filter(({ kind }) => kind === 'author')
  expect(told.map(({ seq, value }) => [seq, names[value]])).toEqual([
    [1, 'user-6'],
    [3, 'user-8'],
    [4, 'user-8'],
    [5, 'user-6'],
  ])
})
