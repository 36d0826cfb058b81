/** What one check has to say, in a line: its population in its own words, then the figures that are worth a look. */
import type { CheckResult, Figures } from '../result.ts'
import { figure, number, words } from './words.ts'

interface Words {
  /** What was judged. */
  cases: string
  /** What is true of all of them. */
  all: string
  /** What a violation is. */
  broken: string
}

const told: Readonly<Record<string, Words>> = {
  'acked-is-stored': { cases: 'acked sends and changes', all: 'each stored once, as it was acked', broken: 'is not stored as it was acked' },
  'delivered-to-all': { cases: 'owed deliveries', all: 'all applied', broken: 'was never applied' },
  'stored-once': { cases: 'messages', all: 'none stored twice', broken: 'is stored twice or acked differently' },
  'applied-once': { cases: 'deliveries applied', all: '0 duplicates applied', broken: 'was applied again, or with a hole before it' },
  sequence: { cases: 'entries', all: 'seqs 1 to head in every room, no hole, no reuse', broken: 'breaks the sequence' },
  'no-phantom': {
    cases: 'messages and changes seen or stored',
    all: 'each was sent or asked for, by whom it names, in that room',
    broken: 'was never sent or asked for',
  },
  intact: { cases: 'messages seen or stored', all: 'each with the content that was meant', broken: 'has another content' },
  'refused-is-absent': { cases: 'refused sends', all: 'none stored, none seen', broken: 'exists' },
  'sender-order': { cases: 'messages after another of their device', all: 'each stands after it', broken: 'stands before an earlier one' },
  'real-time-order': { cases: 'messages sent after an ack in their room', all: 'each stands after what was acked', broken: 'stands before it' },
  'shown-order': { cases: 'messages shown in the end', all: 'every view in seq order', broken: 'is shown out of order' },
  'sync-honest': { cases: 'syncs and resets', all: 'each brought everything up to its head', broken: 'was not as it was told' },
  'session-guarantees': {
    cases: 'reads and writes after others of the same client',
    all: 'none older than before',
    broken: 'is older than what the client knew',
  },
  pagination: { cases: 'messages paged through', all: 'each once and in order', broken: 'was left out, twice there or out of order' },
  causal: { cases: 'references in the log and in views', all: 'each after what it refers to', broken: 'came before what it refers to' },
  'status-legal': { cases: 'messages', all: 'every status a legal step, the last one true', broken: 'shows an illegal or untrue status' },
  receipts: { cases: 'cursors told and shown', all: 'each true, none fell, all the same in the end', broken: 'is not true, fell or is not seen' },
  convergence: { cases: 'records and sights of them', all: 'every view, the audit and the store agree', broken: 'differs from what the log makes of it' },
  access: { cases: 'arrivals, reads, sends and changes', all: 'each within a membership and a right', broken: 'got past a membership or a right' },
  presence: { cases: 'states shown', all: 'each true when it was shown', broken: 'is not true' },
  retention: { cases: 'messages under a policy', all: 'kept, archived and gone as the policy says', broken: 'is not as the policy says' },
  quarantine: { cases: 'uploads and requests for them', all: 'nothing served before its clean verdict', broken: 'was served and must not have been' },
  'no-stuck-status': { cases: 'messages', all: 'none left queued, sending, retrying or offline', broken: 'is left with a stuck status' },
  recovery: { cases: 'heals and clients', all: 'everyone came back and caught up', broken: 'did not recover in time' },
  progress: { cases: 'clients during faults', all: 'each got on', broken: 'got too little acked' },
  'no-residue': { cases: 'places and clients', all: 'nothing left behind', broken: 'is left behind' },
  'fault-bit': { cases: 'faults', all: 'each has proof that it bit', broken: 'did not bite' },
  'generator-fit': { cases: 'messages intended', all: 'offered on time', broken: 'was late' },
  'nodes-accounted': { cases: 'node processes', all: 'every end was planned', broken: 'ended by itself' },
  population: { cases: 'checks', all: 'each had cases to judge', broken: 'had none' },
}

export function checkLine(check: CheckResult): string {
  const own = told[check.name] ?? { cases: 'cases', all: check.claim, broken: 'violates it' }
  if (check.verdict === 'not-applicable') return `not applicable: ${check.why ?? ''}`
  if (check.verdict === 'unknown') return `unknown: ${check.why ?? ''}`
  const violations = check.figures['violations'] ?? 0
  if (check.verdict === 'invalid')
    return `${figure('', violations)} of ${number(check.population)} ${own.cases} ${own.broken}${check.why === undefined ? '' : `: ${check.why}`}${aside(check.figures)}`
  return `${number(check.population)} ${own.cases}: ${own.all}${aside(check.figures)}`
}

/** Figures that aren't zero, in parentheses. */
function aside(figures: Figures): string {
  const kept = Object.entries(figures).filter(([name, value]) => name !== 'violations' && !silent.has(name) && value !== 0)
  return kept.length === 0 ? '' : ` (${kept.map(([name, value]) => `${words(name)} ${figure(name, value)}`).join(', ')})`
}

/** They repeat the population or say what is told elsewhere. */
const silent = new Set(['applied', 'owedLocal', 'owedRemote', 'achieved', 'bit', 'share'])
