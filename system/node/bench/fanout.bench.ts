/**
 * `node system/node/bench/fanout.bench.ts`: a chat node against a bare Socket.IO server. Both serve a room of 500 sockets; the node commits
 * each message to the store before it tells of it, the server broadcasts the very entries that the node sent. Turn by turn, each its own process.
 */
import { fileURLToPath } from 'node:url'
import { io } from 'socket.io-client'
import { waitUntil } from '../../components/wait.ts'
import { openBenchNodes } from './fixtures/bench-nodes.ts'
import { bodyOf, connectMember, inGroups, joinRoom, send } from './fixtures/member.ts'
import { measured } from './fixtures/process-usage.ts'
import { verdictOf } from './fixtures/verdict.ts'
import type { Socket } from 'socket.io-client'
import type { WireEntry } from '../../protocol.ts'
import type { BenchNodes } from './fixtures/bench-nodes.ts'

const sockets = 500
const perRound = 300
const rounds = 4
/** Of 500 members: what gathers while one commit is under way is the next batch. */
const inFlight = 8
const room = 'hot'
const goal = 0.8

/** One side of the comparison. */
interface Side {
  pid: number
  delivered: () => number
  /** Resolves when the server has acked it. */
  say: (number: number) => Promise<unknown>
}
interface Spent {
  deliveries: number
  cpuSeconds: number
  wallSeconds: number
}

async function nodeSide(nodes: BenchNodes, said: WireEntry[]): Promise<Side> {
  const node = await nodes.start('node-1')
  let delivered = 0
  const members = await inGroups(sockets, async (index) => {
    const member = await connectMember(node.url, `user-${index}`)
    await joinRoom(member, room)
    return member
  })
  const [first] = members
  if (first === undefined) throw new Error('no members')
  for (const { socket } of members) socket.on('entry', () => void delivered++)
  first.socket.on('entry', (entry) => entry.kind === 'message' && said.push(entry))
  return { pid: node.process.pid, delivered: () => delivered, say: (number) => send(members[number % sockets] ?? first, room, bodyOf(number)) }
}

async function bareSide(nodes: BenchNodes, said: readonly WireEntry[]): Promise<Side> {
  const server = fileURLToPath(new URL('fixtures/bare-server.ts', import.meta.url))
  const running = await nodes.runtime.spawn({ name: 'bare-server', command: process.execPath, args: [server] })
  const [, url = ''] = await running.line(/ready on (http:\/\/[\d.:]+)/, 10_000)
  let delivered = 0
  const clients = await inGroups(sockets, async () => {
    const socket: Socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false })
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('connect_error', reject)
    })
    return socket.on('entry', () => void delivered++)
  })
  return {
    pid: running.pid,
    delivered: () => delivered,
    say: async (number) => clients[number % sockets]?.timeout(10_000).emitWithAck('broadcast', said[number % said.length]),
  }
}

/** `perRound` messages, `inFlight` of them on their way at once, until every socket has every one. */
async function round(side: Side, from: number): Promise<Spent> {
  const due = side.delivered() + perRound * sockets
  const { cpuSeconds, wallSeconds } = await measured([side.pid], async () => {
    let next = from
    const sender = async () => {
      while (next < from + perRound) await side.say(next++)
    }
    await Promise.all(Array.from({ length: inFlight }, sender))
    await waitUntil('every socket to get every message', 30_000, async () => (side.delivered() >= due ? null : `${side.delivered()} of ${due} deliveries`))
  })
  return { deliveries: perRound * sockets, cpuSeconds, wallSeconds }
}

function summary(name: string, spent: readonly Spent[]): number {
  const sum = (of: (each: Spent) => number) => spent.reduce((total, each) => total + of(each), 0)
  const [deliveries, cpuSeconds, wallSeconds] = [sum((each) => each.deliveries), sum((each) => each.cpuSeconds), sum((each) => each.wallSeconds)]
  const perCpuSecond = deliveries / cpuSeconds
  console.log(
    `${name.padEnd(10)} ${Math.round(perCpuSecond)} deliveries a CPU-second (${cpuSeconds.toFixed(2)} s for ${deliveries}); rate ${Math.round(deliveries / wallSeconds)}/s`,
  )
  return perCpuSecond
}

console.log(`fanout     deliveries a CPU-second of one node in a room of ${sockets} sockets, against a bare Socket.IO server; goal: >= ${goal}`)
await using nodes = await openBenchNodes('fanout-bench')
const said: WireEntry[] = []
const node = await nodeSide(nodes, said)
// The first round warms up, and gives the other side what to broadcast.
await round(node, 0)
const bare = await bareSide(nodes, said)
await round(bare, 0)
const spent: { node: Spent[]; bare: Spent[] } = { node: [], bare: [] }
for (let index = 1; index <= rounds; index++) {
  spent.node.push(await round(node, index * perRound))
  spent.bare.push(await round(bare, index * perRound))
}
const ratio = summary('node', spent.node) / summary('bare', spent.bare)
console.log(verdictOf('deliveries a CPU-second, node to bare server', ratio, { atLeast: goal }))
