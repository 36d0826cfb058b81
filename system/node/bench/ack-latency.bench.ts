/**
 * `node system/node/bench/ack-latency.bench.ts`: how long sends through three nodes wait for their ack at 30 % of the rate that they reach,
 * against commits of one entry, one after the other, by the driver alone into the same store. Turn by turn, so that whatever else the machine does
 * falls on both. At a twentieth of that rate, too, and with what the nodes waited for a core: both tell how much of it is the machine.
 */
import { openBenchNodes, startNodes } from './fixtures/bench-nodes.ts'
import { bodyOf, send } from './fixtures/member.ts'
import { paced, quantileOf } from './fixtures/pace.ts'
import { coreSecondsOf } from './fixtures/process-usage.ts'
import { conversationsOf, sendFor, sendersOf } from './fixtures/senders.ts'
import { openStoreCommits } from './fixtures/store-commits.ts'
import { verdictOf } from './fixtures/verdict.ts'

const rooms = 200
const capacitySeconds = 5
const share = 0.3
const quietShare = share / 20
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
const rateOf = (part: number) => Math.max(1, Math.round(part * perSecond))
console.log(`rate       ${Math.round(perSecond)} sends/s reached; ${rateOf(quietShare)}/s and ${rateOf(share)}/s from now on`)

/** Room after room and node after node; in each room the members speak in turn. */
async function sendInTurn(index: number): Promise<void> {
  const lane = lanes[index % rooms]
  const sender = lane?.[(index + Math.floor(index / rooms)) % lane.length]
  if (sender === undefined) throw new Error(`there is no sender ${index}`)
  await send(sender.member, sender.room, bodyOf(index))
}

/** Milliseconds of each ack, and what the nodes waited for a core a second that one ran. */
async function acksAt(rate: number): Promise<{ ms: number[]; waitedPerRun: number }> {
  const pids = running.map(({ process }) => process.pid)
  const before = await coreSecondsOf(pids)
  const ms = await paced(rate, roundSeconds, sendInTurn)
  const after = await coreSecondsOf(pids)
  return { ms, waitedPerRun: (after.waited - before.waited) / (after.ran - before.ran) }
}

const times: { quiet: number[]; ack: number[]; commit: number[] } = { quiet: [], ack: [], commit: [] }
const waits: { quiet: number[]; ack: number[] } = { quiet: [], ack: [] }
for (let round = 0; round < rounds; round++) {
  for (const [name, part] of [
    ['quiet', quietShare],
    ['ack', share],
  ] as const) {
    const { ms, waitedPerRun } = await acksAt(rateOf(part))
    times[name].push(...ms)
    waits[name].push(waitedPerRun)
  }
  const endMs = performance.now() + roundSeconds * 1000
  while (performance.now() < endMs) times.commit.push(await reference.insertOne())
}
const told = (values: readonly number[]) =>
  [0.5, 0.9, 0.99].map((quantile) => `p${quantile * 100} ${quantileOf(values, quantile).toFixed(1)}`).join('  ') + ` ms of ${values.length}`
const waited = (values: readonly number[]) => `; nodes waited ${quantileOf(values, 0.5).toFixed(2)} s for a core a second that they ran`
console.log(`quiet      ${told(times.quiet)}${waited(waits.quiet)}`)
console.log(`ack        ${told(times.ack)}${waited(waits.ack)}`)
console.log(`commit     ${told(times.commit)}`)
console.log(verdictOf('p99 of ack to p99 of commit', quantileOf(times.ack, 0.99) / quantileOf(times.commit, 0.99), { atMost: goal }))
