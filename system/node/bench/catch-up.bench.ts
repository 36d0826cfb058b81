/**
 * `node system/node/bench/catch-up.bench.ts`: 1,000 clients that each missed 200 messages sync with one node at once, against the same entries read
 * page by page from the store by the driver alone. CPU of node and store to CPU of driver and store; the time on the clock is told apart.
 * Before that: what a client that is connected, synced and idle costs the node in memory.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { pageLimit } from '../../protocol.ts'
import { openBenchNodes } from './fixtures/bench-nodes.ts'
import { connectMember, inGroups, joinRoom } from './fixtures/member.ts'
import { measured, residentKilobytesOf } from './fixtures/process-usage.ts'
import { appendMessages, openStoreReads } from './fixtures/store-reads.ts'
import { verdictOf } from './fixtures/verdict.ts'
import type { Member } from './fixtures/member.ts'
import type { Measured } from './fixtures/process-usage.ts'

const clients = 1000
const rooms = 50
const missed = 200
const settleMs = 4000
const goals = { times: 3, kilobytes: 60 }

/** One client of one room; `appliedSeq`: what it has. */
interface Cursor {
  user: string
  room: string
  epoch: string
  appliedSeq: number
}

console.log(
  `catch-up   ${clients} clients that each missed ${missed} messages, against reading them from the store; goals: CPU <= ${goals.times} x, memory of an idle client <= ${goals.kilobytes} KB`,
)
await using nodes = await openBenchNodes('catch-up-bench')
await using store = openStoreReads(nodes.mongo.url.href)
const joining = await nodes.start('node-1')

async function joinAndLeave(index: number): Promise<Cursor> {
  const [user, room] = [`user-${index}`, `room-${index % rooms}`]
  const member = await connectMember(joining.url, user)
  const { epoch, seq } = await joinRoom(member, room)
  member.socket.disconnect()
  return { user, room, epoch, appliedSeq: seq }
}

/** Resolves when the client has got all that it lacks; gives how many entries that were. */
function sync({ socket }: Member, { room, epoch, appliedSeq }: Cursor): Promise<number> {
  return new Promise((resolve, reject) => {
    let entries = 0
    socket.on('sync:page', (page, answer) => {
      entries += page.entries.length
      answer()
    })
    socket.on('sync:complete', () => resolve(entries))
    socket.on('sync:reset', ({ reason }) => reject(new Error(`${room} was reset: ${reason}`)))
    socket.on('disconnect', (reason) => reject(new Error(`disconnected: ${reason}`)))
    socket.emit('sync:begin', { rooms: { [room]: { epoch, appliedSeq } } }, (answer) => {
      if (!answer.ok) reject(new Error(`sync of ${room}: ${answer.error.message}`))
    })
  })
}

const connectAll = (cursors: readonly Cursor[]) => inGroups(cursors.length, (index) => connectMember(node.url, cursors[index]?.user ?? ''))
const disconnectAll = (members: readonly Member[]) => {
  for (const { socket } of members) socket.removeAllListeners().disconnect()
}
const syncAll = async (members: readonly Member[], cursors: readonly Cursor[]) => {
  const got = await Promise.all(members.map((member, index) => sync(member, cursors[index] ?? cursorless())))
  return got.reduce((sum, each) => sum + each, 0)
}
function cursorless(): never {
  throw new Error('a client without a cursor')
}

/** What `more` clients cost beside `others`: by then the node has grown what it needs whatever their number, code and the young generation of its heap. */
async function idleKilobytes(others: readonly Cursor[], more: readonly Cursor[]): Promise<number> {
  const residentWith = async (cursors: readonly Cursor[]) => {
    const connected = await connectAll(cursors)
    await syncAll(connected, cursors)
    await delay(settleMs)
    return { connected, kilobytes: await residentKilobytesOf(node.process.pid) }
  }
  const alone = await residentKilobytesOf(node.process.pid)
  const before = await residentWith(others)
  const after = await residentWith(more)
  disconnectAll([...before.connected, ...after.connected])
  const [none, fewer, all] = [{ kilobytes: alone }, before, after].map(({ kilobytes }) => `${Math.round(kilobytes / 1024)} MB`)
  console.log(`memory     node ${none} with no client yet, ${fewer} with ${others.length} idle clients, ${all} with ${others.length + more.length}`)
  return (after.kilobytes - before.kilobytes) / more.length
}

const tell = (name: string, { cpuSeconds, wallSeconds, value }: Measured<number>) =>
  console.log(
    `${name.padEnd(10)} ${value} entries: CPU ${cpuSeconds.toFixed(2)} s, on the clock ${wallSeconds.toFixed(2)} s (${Math.round(value / wallSeconds)}/s)`,
  )

const joined = await inGroups(2 * clients, joinAndLeave)
// A node that has seen nothing yet: what it needs is what these clients need.
await joining.process.stop(5000)
const node = await nodes.start('node-2')
// The last join of each room is its head.
const heads = new Map(joined.map(({ room, epoch }) => [room, { epoch, seq: joined.length / rooms }]))
const all = joined.map((cursor) => ({ ...cursor, appliedSeq: joined.length / rooms }))
const cursors = all.slice(0, clients)
const kilobytes = await idleKilobytes(cursors, all.slice(clients))

for (const [room, { epoch, seq }] of heads) await appendMessages(store, { room, epoch, after: seq, count: missed })
const windows = cursors.flatMap(({ room, epoch, appliedSeq }) =>
  Array.from({ length: missed / pageLimit }, (_, page) => ({
    roomId: room,
    epoch,
    after: appliedSeq + page * pageLimit,
    upTo: appliedSeq + (page + 1) * pageLimit,
  })),
)
const members = await connectAll(cursors)
const driver = await measured([process.pid, nodes.storePid], () => store.readAll(windows))
const caughtUp = await measured([node.process.pid, nodes.storePid], () => syncAll(members, cursors))
disconnectAll(members)
if (caughtUp.value !== clients * missed || driver.value !== caughtUp.value)
  throw new Error(`${caughtUp.value} and ${driver.value} entries, not ${clients * missed}`)
tell('driver', driver)
tell('node', caughtUp)
console.log(`on the clock ${(caughtUp.wallSeconds / driver.wallSeconds).toFixed(2)} x`)
console.log(verdictOf('KB of memory of an idle client', kilobytes, { atMost: goals.kilobytes }))
console.log(verdictOf('CPU of catching up to CPU of reading', caughtUp.cpuSeconds / driver.cpuSeconds, { atMost: goals.times }))
