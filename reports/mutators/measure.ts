/** What the checks see of planted mutations: how many of those that they must see (recall), and how often they accuse something else (precision). */
import type { Guarantees } from '../checks/check.ts'
import { checkList, examineAll } from '../checks/table.ts'
import { messageName } from '../checks/story.ts'
import type { History } from '../history/history.ts'
import type { Story } from '../result.ts'
import { Draft } from './draft.ts'
import type { Mutator, Way } from './mutator.ts'
import { mutators } from './table.ts'
import { type Victim, victimsOf } from './victims.ts'

/** One check on one mutator. */
export interface Sighting {
  mutator: string
  check: string
  /** Mutations planted that the check must see, and those of them that it named. */
  planted: number
  caught: number
  /** Stories that name what was not planted, and findings beyond the examples told. */
  falseAlarms: number
}

export interface Planted {
  way: Way
  names: ReadonlySet<string>
}

export interface MeasureOptions {
  guarantees: Guarantees
  /** Mutations in the history. At most 4, so that all that a check finds is among its examples. */
  count: number
  seed: number
}

/** Plants so many mutations, its ways in turn. */
export function plant(history: History, mutator: Mutator, { count, seed }: Pick<MeasureOptions, 'count' | 'seed'>): { history: History; planted: Planted[] } {
  const draft = new Draft(history)
  const planted = victimsOf(history, count, seed).flatMap((victim, index) => {
    const way = mutator.ways[index % mutator.ways.length]
    return way === undefined ? [] : [{ way, names: namesOf(history, victim, way.plant(draft, victim)) }]
  })
  return { history: draft.finish(), planted }
}

/** How stories name a mutation: by the messages that it touches, or by the place of its victim. */
function namesOf(history: History, { message, room, seq }: Victim, also: readonly number[]): Set<string> {
  const roomName = history.rooms[room] ?? ''
  return new Set([...[message, ...also].map((one) => messageName(history, one)), `${roomName} seq ${seq}`, `${roomName}: nothing is stored at seq ${seq}`])
}

/** One row a check that must see it, or that accused something. */
export function measure(history: History, mutator: Mutator, options: MeasureOptions): Sighting[] {
  const mutated = plant(history, mutator, options)
  return examineAll(mutated.history, options.guarantees).map((result) => {
    const due = mutated.planted.filter(({ way }) => way.must.includes(result.name))
    const allowed = mutated.planted.filter(({ way }) => way.must.includes(result.name) || way.may?.includes(result.name) === true)
    const names = (planted: Planted, story: Story): boolean => planted.names.has(story.message ?? '') || planted.names.has(story.title)
    const strange = result.evidence.filter((story) => !allowed.some((planted) => names(planted, story)))
    const untold = result.verdict === 'invalid' && result.evidence.length === 0 && allowed.length === 0 ? 1 : 0
    return {
      mutator: mutator.name,
      check: result.name,
      planted: due.length,
      caught: due.filter((planted) => result.verdict === 'invalid' && result.evidence.some((story) => names(planted, story))).length,
      falseAlarms: strange.length + untold,
    }
  })
}

/** All mutators, once with each seed; the sum by mutator and check. */
export function measureAll(history: History, options: Omit<MeasureOptions, 'seed'>, seeds: readonly number[]): Sighting[] {
  const sums = new Map<string, Sighting>()
  for (const mutator of mutators) {
    for (const seed of seeds) {
      for (const one of measure(history, mutator, { ...options, seed })) {
        const key = `${one.mutator}\n${one.check}`
        const sum = sums.get(key) ?? { ...one, planted: 0, caught: 0, falseAlarms: 0 }
        sums.set(key, { ...sum, planted: sum.planted + one.planted, caught: sum.caught + one.caught, falseAlarms: sum.falseAlarms + one.falseAlarms })
      }
    }
  }
  return [...sums.values()]
}

/** Checks that a mutator names and that are not there. */
export function unknownChecks(): string[] {
  const known = new Set(checkList.map((check) => check.name))
  return [...new Set(mutators.flatMap(({ ways }) => ways.flatMap((way) => way.must)))].filter((name) => !known.has(name))
}

/** Rows of docs/detection.md: one a mutator and check that must see it, or that raised a false alarm. */
export function sightingTable(sightings: readonly Sighting[]): string {
  const rows = sightings.filter((one) => one.planted > 0 || one.falseAlarms > 0)
  return [
    '| mutator | check | caught | recall | false alarms |',
    '|---|---|---|---|---|',
    ...rows.map(
      ({ mutator, check, planted, caught, falseAlarms }) =>
        `| ${mutator} | \`${check}\` | ${caught} of ${planted} | ${planted === 0 ? '-' : (caught / planted).toFixed(2)} | ${falseAlarms} |`,
    ),
  ].join('\n')
}
