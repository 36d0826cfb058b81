/** Every check, in the order in which a person reads them. A new one is a file and a row here. */
import type { History } from '../history/history.ts'
import type { CheckResult, Finding } from '../result.ts'
import { access } from './access.ts'
import { ackedIsStored } from './acked-is-stored.ts'
import { appliedOnce } from './applied-once.ts'
import { causal } from './causal.ts'
import type { Check, Guarantees } from './check.ts'
import { convergence } from './convergence.ts'
import { deliveredToAll } from './delivered-to-all.ts'
import { faultBit } from './fault-bit.ts'
import { firstFew } from './first-few.ts'
import { notApplicable } from './finding.ts'
import { generatorFit } from './generator-fit.ts'
import { intact } from './intact.ts'
import { noPhantom } from './no-phantom.ts'
import { noResidue } from './no-residue.ts'
import { noStuckStatus } from './no-stuck-status.ts'
import { nodesAccounted } from './nodes-accounted.ts'
import { pagination } from './pagination.ts'
import { population } from './population.ts'
import { presence } from './presence.ts'
import { progress } from './progress.ts'
import { quarantine } from './quarantine.ts'
import { realTimeOrder } from './real-time-order.ts'
import { receipts } from './receipts.ts'
import { recovery } from './recovery.ts'
import { refusedIsAbsent } from './refused-is-absent.ts'
import { retention } from './retention.ts'
import { senderOrder } from './sender-order.ts'
import { sequence } from './sequence.ts'
import { sessionGuarantees } from './session-guarantees.ts'
import { shownOrder } from './shown-order.ts'
import { statusLegal } from './status-legal.ts'
import { storedOnce } from './stored-once.ts'
import { syncHonest } from './sync-honest.ts'

export const checks: readonly Check[] = [
  ackedIsStored,
  deliveredToAll,
  storedOnce,
  appliedOnce,
  sequence,
  noPhantom,
  intact,
  refusedIsAbsent,
  senderOrder,
  realTimeOrder,
  shownOrder,
  syncHonest,
  sessionGuarantees,
  causal,
  pagination,
  statusLegal,
  receipts,
  convergence,
  access,
  quarantine,
  presence,
  retention,
  noStuckStatus,
  recovery,
  progress,
  noResidue,
  faultBit,
  generatorFit,
  nodesAccounted,
]

/** Names and claims of all, `population` included. */
export const checkList: readonly { name: string; claim: string }[] = [
  ...checks.map(({ name, claim }) => ({ name, claim })),
  { name: population.name, claim: population.claim },
]

/** Why the record as a whole can't be trusted, or null. */
export function recordDoubt(history: History): string | null {
  if (history.defects.length > 0) return firstFew(history.defects, '; ')
  const cut = history.files.filter((file) => file.state !== 'closed' && !file.explained)
  return cut.length === 0
    ? null
    : firstFew(
        cut.map((file) => `${file.name} is ${file.state}: ${file.detail ?? `read up to byte ${file.offset}`}`),
        '; ',
      )
}

/** One check on one history: what it lacks, what it throws and what the record lacks are findings, too. */
export function examine(check: Check, history: History, guarantees: Guarantees): CheckResult {
  const named = { name: check.name, claim: check.claim }
  const lacking = check.needs?.filter((capability) => !history.capabilities.includes(capability)) ?? []
  if (lacking.length > 0) return { ...named, ...notApplicable(`the driver can't do ${lacking.join(', ')}`) }
  try {
    return { ...named, ...doubted(check.examine(history, guarantees), recordDoubt(history)) }
  } catch (error) {
    return {
      ...named,
      verdict: 'unknown',
      population: 0,
      figures: {},
      evidence: [],
      why: `the check failed: ${error instanceof Error ? error.message : String(error)}`,
    }
  }
}

/** A broken record makes what was read from it unknown; a finding without cases is never valid. */
function doubted(finding: Finding, doubt: string | null): Finding {
  if (finding.verdict === 'not-applicable') return finding
  if (doubt !== null)
    return {
      ...finding,
      verdict: 'unknown',
      why: finding.why === undefined ? `the record is broken: ${doubt}` : `the record is broken: ${doubt}; ${finding.why}`,
    }
  return finding.verdict === 'valid' && finding.population === 0 ? { ...finding, verdict: 'unknown', why: 'there was nothing to judge' } : finding
}

export function examineAll(history: History, guarantees: Guarantees): CheckResult[] {
  const results = checks.map((check) => examine(check, history, guarantees))
  return [...results, population.judge(results)]
}
