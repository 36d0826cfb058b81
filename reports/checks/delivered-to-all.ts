/**
 * Rule: what a client is owed (owed.ts) it applied, in any session and view generation. A client that is expected at the end is owed every stored message
 * inside its membership up to the audit's head, its own included; one that left, and one whose membership ended, what it had reached: its last sync head,
 * applied seq or delivered watermark.
 * Excused: what a reset skipped, being owed by history and not by the view. What stands at the edges of a stay and outside: nodes hear of a join or leave at
 * different moments, so that a recipient there *may* have it, and neither having nor lacking it proves anything.
 * Population: owed deliveries.
 * Unknown: without a sound audit; where something is missing also while a fault was not healed or the end of settle was never reached, because the repair may
 * still come. Where delivery is best effort, what is found is reported and fails nothing.
 * Can't see: how late a delivery was (that is for recovery and thresholds); a message that was applied and lost from the view afterwards (convergence);
 * changes, joins and other entries that are no messages (applied-once sees their holes); what a client that stayed away never came to know of.
 */
import type { Figures, Story } from '../result.ts'
import type { History } from '../history/history.ts'
import { auditOf } from './audit.ts'
import type { Check } from './check.ts'
import { conclude, exampleLimit } from './finding.ts'
import { ledgerOf } from './ledger.ts'
import { loci, locate } from './locus.ts'
import { operationsOf } from './operations.ts'
import { owedOf, total, type Gap, type Owed } from './owed.ts'
import { quiescenceOf } from './quiescence.ts'
import { clientName, messageTitle, tell } from './story.ts'

export const deliveredToAll: Check = {
  name: 'delivered-to-all',
  claim: 'every member that stayed applied every message of its rooms',
  examine(history, guarantees) {
    const owed = owedOf(history)
    const quiescence = quiescenceOf(history)
    const missing = total(owed.missing)
    return conclude({
      population: total(owed.owed),
      violations: missing,
      figures: figuresOf(history, owed),
      evidence: owed.gaps.slice(0, exampleLimit).map((gap) => story(history, gap)),
      doubt: auditOf(history).doubt ?? (missing > 0 ? quiescence.doubt : null),
      notPromised: guarantees.delivery === 'best-effort' ? 'the experiment promises best effort only' : null,
      why: missing > 0 ? quiescence.overdue : null,
    })
  },
}

function figuresOf(history: History, owed: Owed): Figures {
  const { ways } = ledgerOf(history)
  return {
    applied: owed.applied,
    excusedByReset: owed.excused,
    owedLocal: owed.owed.local,
    owedRemote: owed.owed.remote,
    owedOffline: owed.owed.offline,
    missingLocal: owed.missing.local,
    missingRemote: owed.missing.remote,
    missingOffline: owed.missing.offline,
    byRange: ways.range,
    bySync: ways.sync,
    byPage: ways.page,
    ...lociOf(history, owed.gaps.slice(0, 100)),
  }
}

/** How the first hundred losses divide by locus, and by place in the sender's messages. */
function lociOf(history: History, gaps: readonly Gap[]): Figures {
  const counts: Record<string, number> = {}
  for (const gap of gaps) {
    const key = `lost: ${locate(history, gap.message, gap.client).where}`
    counts[key] = (counts[key] ?? 0) + 1
    const place = `lost at the sender's ${placeOf(history, gap.message)}`
    counts[place] = (counts[place] ?? 0) + 1
  }
  return counts
}

/** Prefix: the sender's first message of that room; tail: its last; else middle. */
function placeOf(history: History, message: number): 'prefix' | 'middle' | 'tail' {
  const { client } = history.messages
  const { invokedRoom, invokedNs } = operationsOf(history)
  let [earlier, later] = [false, false]
  for (let other = 0; other < history.messages.length; other++) {
    if (other === message || client[other] !== client[message] || invokedRoom[other] !== invokedRoom[message]) continue
    if ((invokedNs[other] ?? 0) < (invokedNs[message] ?? 0)) earlier = true
    else later = true
  }
  if (!earlier) return 'prefix'
  return later ? 'middle' : 'tail'
}

function story(history: History, gap: Gap): Story {
  const locus = locate(history, gap.message, gap.client)
  const stored = auditOf(history).storedRow[gap.message] ?? -1
  const lost = locus.where === loci.notApplied ? 'has it on the wire and never applies it' : 'never sees it'
  return tell(history, {
    title: `${messageTitle(history, gap.message)} for ${clientName(history, gap.client)} (${gap.place})`,
    message: gap.message,
    recipient: gap.client,
    rows: stored === -1 ? [] : [stored],
    locus,
    closing: `${clientName(history, gap.client)} ${lost}, seq ${gap.seq}`,
  })
}
