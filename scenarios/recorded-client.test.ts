import { expect, test } from 'vitest'
import { bodyHash, kinds, layers, messagesPerClient, statuses } from '../reports/history/kinds.ts'
import type { HistoryWriter } from '../reports/history/writer.ts'
import { LoadMeter } from './load-meter.ts'
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
  return { client: new RecordedClient({ client: 3, writer, meter, intendedTimes: [], nowNs: () => 9_000_000, random: seededRandom(1) }), rows, names, meter }
}

test('a message is intended at its intended time, then invoked, whatever the client tells before send returns', () => {
  const { client, rows, names } = recording()
  client.connected('node-1', 'boot-1')
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
  const [own, foreign, stub, entry] = rows.slice(-4)
  expect(own).toMatchObject({
    kind: 'delivery',
    message: 3 * messagesPerClient,
    seq: 5,
    value: bodyHash(body),
    layer: layers.wire | layers.applied | layers.live,
  })
  expect(foreign).toMatchObject({ message: -names.indexOf('foreign:user-9:hello') - 2 })
  expect(stub).toMatchObject({ message: -names.indexOf('stub:room-1:7') - 2, value: -1 })
  expect(entry).toMatchObject({ kind: 'entry', value: 1, message: -1 })
  expect(meter.applied).toBe(1)
  expect(meter.takeP99()).toEqual({ ackP99Ms: null, deliveryP99Ms: expect.closeTo(8, 0) })
})

test('sessions are numbered from 1 and end; the record ends when it is stopped', () => {
  const { client, rows, meter } = recording()
  client.disconnected('never was')
  client.connected('node-1', 'boot-1')
  client.disconnected('transport close')
  client.connected('node-2', 'boot-2')
  expect(rows.map((row) => [row.kind, row.session])).toEqual([
    ['connect', 1],
    ['disconnect', 1],
    ['connect', 2],
  ])
  expect(meter.connected).toBe(1)
  client.stop()
  client.disconnected('closed')
  client.delivery('room-1', 'message', 5, 5, 'x', 'user-4', layers.wire)
  expect(rows).toHaveLength(3)
  expect(meter.connected).toBe(0)
})
