/** The summary that a run prints: verdict, faults with their proof, checks, latencies, recovery, where it all is and how to repeat it. */
import picocolors from 'picocolors'
import type { ByNode, Spread } from '../evenness.ts'
import type { CheckResult, LatencyFigures, Result, Story } from '../result.ts'
import { checkLine } from './check-line.ts'
import { duration, number } from './words.ts'

type Colours = ReturnType<typeof picocolors.createColors>
const width = 31
/** Lines of evidence in the summary; result.json has them all. */
const evidenceShown = 2

/** `colour` false: plain text, for files and pipes. `folder`: where the run lies, as the reader would type it (default: its name). Ends without a newline. */
export function renderTerminal(result: Result, options: { colour: boolean; folder?: string }): string {
  const colours = picocolors.createColors(options.colour)
  return [
    verdictLine(result, colours),
    ...(result.notPlayed === null ? measuredLines(result, colours) : [`  no load was played: ${result.notPlayed}`]),
    '',
    `  ${options.folder ?? result.folder}   ·   again: ${result.replay}`,
  ].join('\n')
}

function measuredLines(result: Result, colours: Colours): string[] {
  return [
    ...(result.verdict === 'valid' && result.exitCode === 0 ? [] : result.reasons.map((reason) => `  ${reason}`)),
    '',
    ...faultLines(result),
    ...result.checks.flatMap((check) => checkLines(check, colours)),
    ...result.thresholds.map(
      (threshold) =>
        `  ${mark(threshold.met === null ? 'unknown' : threshold.met ? 'valid' : 'invalid', colours)} ${threshold.text.padEnd(width)} ${threshold.measured === null ? 'nothing to measure' : threshold.unit === 'ms' ? duration(threshold.measured) : `${number(threshold.measured)} ${threshold.unit}`}`,
    ),
    ...countLines(result),
    ...latencyLines(result),
    ...recoveryLines(result),
    ...evennessLines(result),
    ...result.components.filter((component) => component.standIn !== null).map((component) => `  stand-in  ${component.name}: ${component.standIn}`),
  ]
}

function verdictLine(result: Result, colours: Colours): string {
  const mutant = result.mutant === null ? '' : `   (mutant ${result.mutant})`
  if (result.verdict === 'invalid') return colours.bold(colours.red('INVALID')) + `   a guarantee was violated${mutant}`
  if (result.verdict === 'unknown') return colours.bold(colours.yellow('UNKNOWN')) + `   this run proves nothing, neither way${mutant}`
  if (result.exitCode !== 0) return colours.bold(colours.yellow('VALID')) + `   nothing lost, but a threshold was missed${mutant}`
  return colours.bold(colours.green('VALID')) + `   nothing lost, duplicated, reordered or stuck${mutant}`
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

function faultLines(result: Result): string[] {
  return result.faults.map((fault) => {
    const span = `${seconds(fault.injectedAt)} -> ${fault.healedAt === null ? 'the end' : seconds(fault.healedAt)}`
    const proof =
      fault.divergence === null
        ? `${fault.bit ? 'bit' : 'did NOT bite'}: ${fault.evidence.slice(0, evidenceShown).join(', ') || 'no evidence'}`
        : `not as planned: ${fault.divergence}`
    return `  fault  ${`${fault.fault} ${fault.target}`.padEnd(width - 7)}   ${span}   ${proof}${fault.heal === null ? '' : `; ${fault.heal}`}`
  })
}

function mark(verdict: CheckResult['verdict'], colours: Colours): string {
  if (verdict === 'valid') return colours.green('✓')
  if (verdict === 'invalid') return colours.red('✗')
  return verdict === 'unknown' ? colours.yellow('?') : colours.dim('-')
}

/** One check as the summary tells it, in plain text, without a newline at the end. */
export const renderCheck = (check: CheckResult): string => checkLines(check, picocolors.createColors(false)).join('\n')

function checkLines(check: CheckResult, colours: Colours): string[] {
  const line = `  ${mark(check.verdict, colours)} ${check.name.padEnd(width)} ${checkLine(check)}`
  const told = check.verdict === 'invalid' ? check.evidence.slice(0, 3) : []
  const more = check.verdict === 'invalid' && check.evidence.length > told.length ? [`      … ${check.evidence.length - told.length} more in result.json`] : []
  return [line, ...told.flatMap((story) => storyLines(story, colours)), ...more]
}

function storyLines(story: Story, colours: Colours): string[] {
  const where = [story.locus, story.node === null ? null : `on ${story.node}`, story.fault === null ? null : `while ${story.fault} was active`].filter(
    (part) => part !== null,
  )
  return [
    `      ${colours.bold(story.title)}`,
    ...story.events.map((event) => `        ${(event.atMs / 1000).toFixed(3).padStart(7)} s  ${event.text}`),
    ...(where.length === 0 ? [] : [`      where: ${where.join(', ')}`]),
  ]
}

function countLines({ counts }: Result): string[] {
  const parts = [
    `${number(counts.clients)} clients`,
    `${number(counts.sessions)} sessions`,
    `${number(counts.sent)} sent`,
    `${number(counts.acked)} acked`,
    `${number(counts.failed)} failed`,
    `${number(counts.unknown)} undecided`,
    `${number(counts.deliveriesApplied)}/${number(counts.deliveriesOwed)} deliveries applied`,
  ]
  return [`  counts    ${parts.join('   ')}`]
}

function latencyLines({ latency }: Result): string[] {
  const line = (name: string, figures: LatencyFigures): string[] =>
    figures.count === 0
      ? []
      : [
          `${name.padEnd(17)} p50 ${duration(figures.p50).padEnd(7)} p90 ${duration(figures.p90).padEnd(7)} p99 ${duration(figures.p99).padEnd(7)} p99.9 ${duration(figures.p999).padEnd(7)} max ${duration(figures.max)}`,
        ]
  const lines = [
    ...line('ack', latency.ack),
    ...line('delivery local', latency.deliveryLocal),
    ...line('delivery remote', latency.deliveryRemote),
    ...line('delivery, steady', latency.deliverySteady),
    ...line('delivery, impact', latency.deliveryImpact),
  ]
  return lines.map((text, index) => `${index === 0 ? '  latency ' : '          '}  ${text}`)
}

function recoveryLines(result: Result): string[] {
  const time = (ms: number | null): string => (ms === null ? 'never' : duration(ms))
  return result.recovery.map(
    (one, index) =>
      `${index === 0 ? '  recovery' : '          '}  ${one.fault}: first ok ${time(one.firstOkMs)}   all connected ${time(one.allConnectedMs)}   all caught up ${time(one.caughtUpMs)} after the heal`,
  )
}

function evennessLines({ evenness }: Result): string[] {
  const nodes = Object.keys(evenness.connections)
  if (nodes.length === 0) return []
  const shares = (counts: ByNode): string => {
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0)
    return all === 0
      ? '-'
      : `${Object.values(counts)
          .map((count) => Math.round((count / all) * 100))
          .join('/')} %`
  }
  const spread = ({ maxToMean, gini }: Spread): string =>
    maxToMean === null || gini === null ? '' : ` (max/mean ${maxToMean.toFixed(2)}, Gini ${gini.toFixed(2)})`
  const { connections, sends, deliveries } = evenness
  const parts = [
    `connections ${Object.values(connections).join('/')}${spread(evenness.spread.connections)}`,
    `sends ${shares(sends)}${spread(evenness.spread.sends)}`,
    `deliveries ${shares(deliveries)}${spread(evenness.spread.deliveries)}`,
  ]
  return [`  evenness  ${parts.join('   ')}   of ${nodes.join('/')}`]
}
