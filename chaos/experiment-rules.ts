/**
 * What an experiment must obey beyond its schema: names that exist, one fault a row, one target a fault, one trigger.
 * Works on whatever the file holds, so that all problems show at once; what the schema refuses already is left to it.
 */
import { parseThreshold } from '../reports/thresholds.ts'
import { durationPattern, parseDuration, renderDuration } from './duration.ts'
import { faultPhases } from './experiment-document.ts'
import { shown, valueAt, type Issue } from './experiment-problems.ts'
import { faults } from './faults/table.ts'
import { nearest } from './nearest.ts'

export interface Known {
  scenarios: readonly string[]
  topologies: readonly string[]
}

export function ruleIssues(value: unknown, known: Known): Issue[] {
  const rows = valueAt(value, ['faults'])
  const thresholds = valueAt(value, ['thresholds'])
  return [
    ...topologyIssues(valueAt(value, ['topology']), known),
    ...scenarioIssues(valueAt(value, ['scenario']), known),
    ...(Array.isArray(rows) ? rows.flatMap((row, index) => faultIssues(value, row, index)) : []),
    ...(Array.isArray(thresholds) ? thresholds.flatMap(thresholdIssues) : []),
  ]
}

export const isPath = (name: string): boolean => /[/\\]|\.(ya?ml|json|[cm]?[jt]s)$/.test(name)

function topologyIssues(name: unknown, known: Known): Issue[] {
  if (typeof name !== 'string' || name.trim() === '' || known.topologies.includes(name)) return []
  return [unknownName(['topology'], name, 'topology', known.topologies)]
}

function scenarioIssues(name: unknown, known: Known): Issue[] {
  if (typeof name !== 'string' || name.trim() === '' || known.scenarios.includes(name) || isPath(name)) return []
  const issue = unknownName(['scenario'], name, 'scenario', known.scenarios)
  return [{ ...issue, expected: `${issue.expected}, or the path of an Artillery script` }]
}

function unknownName(path: string[], name: string, noun: string, names: readonly string[]): Issue {
  const near = nearest(name, names)
  return {
    path,
    found: `is ${shown(name)}, which is no ${noun}`,
    expected: `one of ${names.join(', ')}`,
    fix: near === null ? 'shakedown list shows them all' : `did you mean ${near}?`,
  }
}

function thresholdIssues(text: unknown, index: number): Issue[] {
  if (typeof text !== 'string' || text.trim() === '') return []
  try {
    parseThreshold(text)
    return []
  } catch (error) {
    return [
      {
        path: ['thresholds', index],
        found: `is ${shown(text)}`,
        expected: 'a threshold such as delivery.p99 < 250ms during steady',
        fix: error instanceof Error ? error.message : String(error),
      },
    ]
  }
}

function faultIssues(value: unknown, row: unknown, index: number): Issue[] {
  if (row === null || typeof row !== 'object' || Array.isArray(row)) return []
  const path = ['faults', index]
  const named = faults.filter((fault) => fault.name in row)
  const [fault] = named
  if (named.length !== 1 || fault === undefined) {
    const found = named.length === 0 ? 'names no fault' : `names ${named.length} faults`
    return [
      {
        path,
        found,
        expected: `one of ${faults.map(({ name }) => name).join(', ')}`,
        fix: named.length === 0 ? 'add for example cut: { link: "node-*->redis" }' : 'give each fault a row of its own',
      },
      ...triggerIssues(value, index),
    ]
  }
  return [...targetIssues(valueAt(row, [fault.name]), [...path, fault.name], fault.targets), ...triggerIssues(value, index)]
}

function targetIssues(parameters: unknown, path: (string | number)[], targets: 'links' | 'nodes'): Issue[] {
  if (parameters === null || typeof parameters !== 'object') return []
  const selectors = targets === 'nodes' ? ['node'] : ['link', 'node', 'cohort']
  const given = selectors.filter((selector) => selector in parameters)
  if (given.length === 1) return []
  const expected = targets === 'nodes' ? 'node: with a name, random or most-sockets' : 'one target: link, node or cohort'
  return [
    {
      path,
      found: given.length === 0 ? 'has no target' : `has ${given.length} targets`,
      expected,
      fix: given.length === 0 ? `add ${targets === 'nodes' ? 'node: random' : 'link: "node-*->redis"'}` : `keep one of ${given.join(', ')}`,
    },
  ]
}

function triggerIssues(value: unknown, index: number): Issue[] {
  const path = ['faults', index, 'at']
  const at = valueAt(value, path)
  if (at === null || typeof at !== 'object' || Array.isArray(at)) return []
  const expected = 'either { phase, after } or { event: acked, count, room }'
  const byPhase = 'phase' in at || 'after' in at
  const byEvent = 'event' in at || 'count' in at || 'room' in at
  if (byPhase && byEvent) return [{ path, found: 'mixes a time with an event', expected, fix: 'keep the keys of one of the two' }]
  if (!byPhase && !byEvent) return [{ path, found: 'says neither a time nor an event', expected, fix: 'add for example phase: impact' }]
  const missing = byPhase ? ['phase'].filter((key) => !(key in at)) : ['event', 'count'].filter((key) => !(key in at))
  const issues = missing.map((key): Issue => ({ path: [...path, key], found: 'is missing', expected, fix: `add ${key}:` }))
  return byPhase ? [...issues, ...latenessIssues(value, [...path, 'after'], valueAt(at, ['phase']))] : issues
}

/** A fault that would begin after its phase never begins; one that would outlast the impact phase is healed there. */
function latenessIssues(value: unknown, path: readonly PropertyKey[], phase: unknown): Issue[] {
  const after = valueAt(value, path)
  const lasting = valueAt(value, [...path.slice(0, 2), 'for'])
  const lengthsMs = faultPhases.map((name) => durationMs(valueAt(value, ['phases', name])))
  const begins = faultPhases.findIndex((name) => name === phase)
  const phaseMs = lengthsMs[begins] ?? null
  const afterMs = after === undefined ? 0 : durationMs(after)
  if (phaseMs === null || afterMs === null) return []
  if (afterMs >= phaseMs)
    return [
      {
        path,
        found: `is ${shown(after ?? '0s')}, but phase ${String(phase)} lasts ${renderDuration(phaseMs)}`,
        expected: `less than ${renderDuration(phaseMs)}`,
        fix: `begin earlier, or make phases.${String(phase)} longer`,
      },
    ]
  const lastingMs = durationMs(lasting)
  const rest = lengthsMs.slice(begins)
  if (lastingMs === null || rest.includes(null)) return []
  const leftMs = rest.reduce<number>((sum, length) => sum + (length ?? 0), 0) - afterMs
  if (lastingMs <= leftMs) return []
  return [
    {
      path: [...path.slice(0, 2), 'for'],
      found: `is ${shown(lasting)}, which outlasts the impact phase`,
      expected: `at most ${renderDuration(leftMs)}`,
      fix: 'shorten it, or make phases.impact longer: every fault is healed when impact ends',
    },
  ]
}

/** Null for anything that is no duration. */
const durationMs = (value: unknown): number | null => (typeof value === 'string' && durationPattern.test(value) ? parseDuration(value) : null)
