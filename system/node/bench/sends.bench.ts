/**
 * `node system/node/bench/sends.bench.ts`: sends through three nodes, acked when the store has them at majority and on disk, against the
 * same entries inserted by 100 into the same store by the driver alone. In many rooms the three members of each, one on each node, speak in
 * turn; in the hot room nobody waits for anybody. Redis and the driver of the sends are in neither figure.
 */
import { openBenchNodes, startNodes } from './fixtures/bench-nodes.ts'
import { cpuSecondsOf } from './fixtures/process-usage.ts'
import { conversationsOf, crowdOf, sendFor, sendersOf } from './fixtures/senders.ts'
import { openStoreCommits } from './fixtures/store-commits.ts'
import { verdictOf } from './fixtures/verdict.ts'
import type { Lane } from './fixtures/senders.ts'

const rooms = 200
/** Of each of the three members of the hot room, one on each node. */
const inFlight = 100
const seconds = 6
const inserted = 30_000
const goals = { many: 0.3, hot: 0.2 }

console.log(
  `sends      acked sends a CPU-second of three nodes and the store, against insertMany by 100 (store and driver); goals: ${rooms} rooms >= ${goals.many}, one hot room >= ${goals.hot}`,
)
await using nodes = await openBenchNodes('sends-bench')
const { storePid } = nodes
await using reference = await openStoreCommits(nodes.mongo.url.href, storePid)
const running = await startNodes(nodes, 3)
const nodePids = running.map(({ process: { pid } }) => pid)

async function rateOf(name: string, lanes: readonly Lane[]): Promise<number> {
  await sendFor(2, lanes, [storePid])
  const [nodesBefore, storeBefore] = [await cpuSecondsOf(nodePids), await cpuSecondsOf([storePid])]
  const rate = await sendFor(seconds, lanes, [...nodePids, storePid])
  const [ofNodes, ofStore] = [(await cpuSecondsOf(nodePids)) - nodesBefore, (await cpuSecondsOf([storePid])) - storeBefore]
  console.log(
    `${name.padEnd(10)} ${Math.round(rate.perCpuSecond)} acked sends a CPU-second (nodes ${ofNodes.toFixed(2)} s, store ${ofStore.toFixed(2)} s); rate ${Math.round(rate.perSecond)}/s`,
  )
  return rate.perCpuSecond
}

const many = await sendersOf(
  running,
  Array.from({ length: rooms }, (_, index) => `room-${index}`),
)
const hot = await sendersOf(running, ['hot'])
await reference.insertMany(inserted / 5, 100)
const first = await reference.insertMany(inserted, 100)
const rates = { many: await rateOf('many rooms', conversationsOf(many)), hot: await rateOf('hot room', crowdOf(hot, inFlight)) }
const second = await reference.insertMany(inserted, 100)
const perCpuSecond = (first.perCpuSecond + second.perCpuSecond) / 2
console.log(
  `insertMany ${Math.round(perCpuSecond)} entries a CPU-second (before ${Math.round(first.perCpuSecond)}, after ${Math.round(second.perCpuSecond)}); rate ${Math.round(first.perSecond)}/s and ${Math.round(second.perSecond)}/s`,
)
console.log(verdictOf(`many rooms, acked sends a CPU-second to entries of insertMany`, rates.many / perCpuSecond, { atLeast: goals.many }))
console.log(verdictOf(`one hot room, acked sends a CPU-second to entries of insertMany`, rates.hot / perCpuSecond, { atLeast: goals.hot }))
