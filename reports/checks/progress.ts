/**
 * Rule: while a fault is active each client that is expected at the end gets as many sends acked as the experiment demands (`guarantees.progress`), or as many
 * as it wanted then, if those are fewer. A fault that the plan never heals counts to the start of settle.
 * Excused: nobody is owed an ack for what it never sent, nor for what it sent so late that there was no time left for an answer: one ack deadline (3 s) before
 * the end, of a short fault its second half.
 * Population: clients that wanted something during a fault, for each fault; not applicable where no progress is demanded.
 * Unknown: when no client wanted anything during a fault that happened as planned, or where the end of settle was never reached.
 * Can't see: whether anything reached the client, because only its own acks count; clients that wanted to send nothing; how the acks were spread over the
 * fault.
 */
import type { FaultRecord, History } from '../history/history.ts'
import type { Check } from './check.ts'
import { conclude, exampleLimit, notApplicable } from './finding.ts'
import { operationsOf } from './operations.ts'
import { expectedOf } from './present.ts'
import { quiescenceOf } from './quiescence.ts'
import { clientName, tell } from './story.ts'

/** The clients' ack deadline. Source: the timers of the chat, docs/protocol.md. */
const answerNs = 3_000e6

interface Stalled {
  fault: FaultRecord
  client: number
  wanted: number
  acked: number
}

export const progress: Check = {
  name: 'progress',
  claim: 'while faults were active every client got on',
  examine(history, { progress: demanded = 0 }) {
    if (demanded === 0) return notApplicable('the experiment demands no progress during faults')
    const expected = expectedOf(history)
    const stalled: Stalled[] = []
    let [population, fewest] = [0, Infinity]
    for (const fault of history.faults) {
      if (fault.divergence !== null) continue
      const { wanted, acked } = countsDuring(history, fault.injectedAtMs * 1e6, endMs(history, fault) * 1e6)
      for (let client = 0; client < wanted.length; client++) {
        const [sends, acks] = [wanted[client] ?? 0, acked[client] ?? 0]
        if (expected[client] !== 1 || sends === 0) continue
        population++
        fewest = Math.min(fewest, acks)
        if (acks < Math.min(demanded, sends)) stalled.push({ fault, client, wanted: sends, acked: acks })
      }
    }
    return conclude({
      population,
      violations: stalled.length,
      figures: { demanded, fewestAcks: population === 0 ? 0 : fewest },
      evidence: stalled
        .toSorted((left, right) => left.acked - right.acked || right.wanted - left.wanted)
        .slice(0, exampleLimit)
        .map((one) => story(history, one)),
      doubt: history.rowsOf('settled').length === 0 ? quiescenceOf(history).doubt : null,
    })
  },
}

function endMs(history: History, fault: FaultRecord): number {
  const settle = history.phases.find((phase) => phase.name === 'settle')
  return fault.healedAtMs ?? settle?.startMs ?? Infinity
}

/** By client: messages wanted, and acks that came, in that time. */
function countsDuring(history: History, fromNs: number, toNs: number): { wanted: Uint32Array; acked: Uint32Array } {
  const { client, tNs } = history.columns
  const { intendedNs } = operationsOf(history)
  const wanted = new Uint32Array(history.clients.length)
  const acked = new Uint32Array(history.clients.length)
  const lastNs = toNs - Math.min(answerNs, (toNs - fromNs) / 2)
  for (let own = 0; own < intendedNs.length; own++) {
    const atNs = intendedNs[own] ?? NaN
    const sender = history.messages.client[own] ?? -1
    if (fromNs <= atNs && atNs <= lastNs) wanted[sender] = (wanted[sender] ?? 0) + 1
  }
  const acks = history.rowsOf('ok')
  for (let index = 0; index < acks.length; index++) {
    const row = acks[index] ?? 0
    const [own = -1, atNs = NaN] = [client[row], tNs[row]]
    if (fromNs <= atNs && atNs <= toNs) acked[own] = (acked[own] ?? 0) + 1
  }
  return { wanted, acked }
}

function story(history: History, { fault, client, wanted, acked }: Stalled): ReturnType<typeof tell> {
  const { client: who, tNs } = history.columns
  const during = (row: number): boolean => who[row] === client && (tNs[row] ?? 0) >= fault.injectedAtMs * 1e6 && (tNs[row] ?? 0) <= endMs(history, fault) * 1e6
  const rows = ['connect', 'disconnect', 'invoked', 'attempt', 'unknown', 'ok', 'failed'].flatMap((kind) =>
    [...history.rowsOf(kind)].filter(during).slice(0, 2),
  )
  return tell(history, {
    title: `${clientName(history, client)} wanted ${wanted} messages sent during ${fault.fault} ${fault.target} and got ${acked} acked`,
    message: null,
    rows: rows.slice(0, 8),
    closing: 'the fault was over',
  })
}
