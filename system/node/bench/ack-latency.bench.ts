/**
 * `node system/node/bench/ack-latency.bench.ts`: how long sends through three nodes wait for their ack at 30 % of the rate that they reach,
 * against commits of one entry, one after the other, by the driver alone into the same store. Turn by turn, so that whatever else the machine does
 * falls on both.
 */
import { openBenchNodes, startNodes } from './fixtures/bench-nodes.ts'
import { bodyOf, send } from './fixtures/member.ts'
import { paced, quantileOf } from './fixtures/pace.ts'
import { conversationsOf, sendFor, sendersOf } from './fixtures/senders.ts'
import { openStoreCommits } from './fixtures/store-commits.ts'
import { verdictOf } from './fixtures/verdict.ts'

const rooms = 200
const capacitySeconds = 5
const share = 0.3
const rounds = 3
const roundSeconds = 4
const goal = 3

console.log(`ack        p99 of ack at ${share * 100} % of the rate that sends through three nodes reach, against the p99 of a commit; goal: <= ${goal}`)
await using nodes = await openBenchNodes('ack-bench')
await using reference = await openStoreCommits(nodes.mongo.url.href, nodes.storePid)
const running = await startNodes(nodes, 3)
const lanes = conversationsOf(
  await sendersOf(
    running,
    Array.from({ length: rooms }, (_, index) => `room-${index}`),
  ),
)
await sendFor(2, lanes, [nodes.storePid])
const { perSecond } = await sendFor(capacitySeconds, lanes, [nodes.storePid])
const rate = Math.max(1, Math.round(share * perSecond))
console.log(`rate       ${Math.round(perSecond)} sends/s reached; ${rate}/s from now on`)

/** Room after room and node after node; in each room the members speak in turn. */
async function sendInTurn(index: number): Promise<void> {
  const lane = lanes[index % rooms]
  const sender = lane?.[(index + Math.floor(index / rooms)) % lane.length]
  if (sender === undefined) throw new Error(`there is no sender ${index}`)
  await send(sender.member, sender.room, bodyOf(index))
}

const times: { ack: number[]; commit: number[] } = { ack: [], commit: [] }
for (let round = 0; round < rounds; round++) {
  times.ack.push(...(await paced(rate, roundSeconds, sendInTurn)))
  const endMs = performance.now() + roundSeconds * 1000
  while (performance.now() < endMs) times.commit.push(await reference.insertOne())
}
const told = (values: readonly number[]) =>
  [0.5, 0.9, 0.99].map((quantile) => `p${quantile * 100} ${quantileOf(values, quantile).toFixed(1)}`).join('  ') + ` ms of ${values.length}`
console.log(`ack        ${told(times.ack)}`)
console.log(`commit     ${told(times.commit)}`)
console.log(verdictOf('p99 of ack to p99 of commit', quantileOf(times.ack, 0.99) / quantileOf(times.commit, 0.99), { atMost: goal }))
