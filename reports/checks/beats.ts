/** Who was there, and until when, as the nodes' journals tell it: every beat of a connection that Redis took, and every removal of one. */
import type { History } from '../history/history.ts'
import { timers } from '../../system/protocol.ts'
import { presenceBits } from '../../system/journal-rows.ts'
import { once } from './once.ts'

const nsPerMs = 1e6
/** How long news of presence may take, and a row of a journal may lie behind what it tells of. A choice: nodes tell what is new twice a second. */
export const boundMs = 2_000
/** The part of it that a row may lie behind. */
export const lateRowNs = (boundMs * nsPerMs) / 2
const { presenceTtlMs: ttlMs, presenceBeatMs: beatMs } = timers
/** After the end of a fault presence is not judged for so long: what was lost meanwhile has expired, and everyone has beaten again. */
const recoveryMs = ttlMs + beatMs + boundMs

/** Nanoseconds. */
export interface Stretch {
  fromNs: number
  toNs: number
}

export interface Beats {
  /** By user: merged stretches in which a beat of some connection of it was or may have been fresh. */
  of: ReadonlyMap<string, readonly Stretch[]>
  beats: number
  /** Certainly fresh over the whole of that time, late journal rows considered. */
  isFreshThroughout(user: string, fromNs: number, toNs: number): boolean
  /** No beat was fresh at any moment of that time. */
  isGoneThroughout(user: string, fromNs: number, toNs: number): boolean
}

/**
 * One stretch a connection: from its first beat to a TTL after its last, or its removal. What Redis may have done and didn't confirm counts only where
 * that makes the stretches longer (`isLenient`), or shorter.
 */
function stretchesOf(history: History, isLenient: boolean): Map<string, Stretch[]> {
  const { journals, names } = history
  const open = new Map<string, Stretch>()
  const stretches = new Map<string, Stretch[]>()
  const rows = (['beatStored', 'presenceGone'] as const).flatMap((stage) => [...history.journalRowsOf(stage)].map((row) => ({ stage, row })))
  for (const { stage, row } of rows.sort((a, b) => a.row - b.row)) {
    const user = names[journals.count[row] ?? -1]
    const isUnsure = ((journals.extra[row] ?? 0) & presenceBits.unconfirmed) !== 0
    if (user === undefined || (isUnsure && isLenient === (stage === 'presenceGone'))) continue
    const atNs = journals.tNs[row] ?? 0
    const key = `${journals.node[row]} ${journals.boot[row]} ${journals.seq[row]}`
    const known = open.get(key)
    if (stage === 'presenceGone') {
      if (known !== undefined) known.toNs = Math.min(known.toNs, atNs)
      open.delete(key)
    } else if (known !== undefined && atNs <= known.toNs) known.toNs = atNs + ttlMs * nsPerMs
    else {
      const stretch = { fromNs: atNs, toNs: atNs + ttlMs * nsPerMs }
      open.set(key, stretch)
      stretches.set(user, [...(stretches.get(user) ?? []), stretch])
    }
  }
  return stretches
}

function merged(stretches: readonly Stretch[]): Stretch[] {
  const result: Stretch[] = []
  for (const { fromNs, toNs } of stretches.toSorted((a, b) => a.fromNs - b.fromNs)) {
    const last = result.at(-1)
    if (last !== undefined && fromNs <= last.toNs) last.toNs = Math.max(last.toNs, toNs)
    else result.push({ fromNs, toNs })
  }
  return result
}

export const beatsOf = once((history: History): Beats => {
  const mergedOf = (isLenient: boolean) => new Map([...stretchesOf(history, isLenient)].map(([user, stretches]) => [user, merged(stretches)]))
  const [sure, of] = [mergedOf(false), mergedOf(true)]
  return {
    of,
    beats: history.journalRowsOf('beatStored').length,
    isFreshThroughout: (user, fromNs, toNs) => sure.get(user)?.some((one) => one.fromNs <= fromNs && toNs + lateRowNs <= one.toNs) === true,
    isGoneThroughout: (user, fromNs, toNs) => of.get(user)?.every((one) => one.toNs + lateRowNs < fromNs || one.fromNs - lateRowNs > toNs) !== false,
  }
})

/** Stretches in which presence is not judged: each fault, and the time after its heal in which everybody is told anew. */
export const disturbedOf = once((history: History): readonly Stretch[] =>
  history.faults.map(({ injectedAtMs, healedAtMs }) => ({
    fromNs: injectedAtMs * nsPerMs,
    toNs: healedAtMs === null ? Infinity : (healedAtMs + recoveryMs) * nsPerMs,
  })),
)
