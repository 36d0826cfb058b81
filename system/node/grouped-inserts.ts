/**
 * Commits of many rooms share inserts: what gathers while the inserts under way are at the store is the next one. A room that is alone waits for nobody.
 * Subtle: a room has one batch under way at most, so its entries meet in no other insert. Batches of one entry know nothing of each other, and go
 * together in an unordered insert, where a collision is its own room's only. Longer ones go in an ordered insert, so that no room's later entry is
 * stored before an earlier one; there what comes after a collision was not tried, and is inserted again.
 */
import type { StoredEntry } from './entries.ts'
import type { InsertOutcome, LogStore } from './log-store.ts'

/** What became of an insert of many rooms' entries. */
export type GroupOutcome =
  /** All but those that met an entry which has their seq or their operation, by index; of an ordered insert the first, and what follows was not tried. */
  { kind: 'tried'; collisions: ReadonlyMap<number, Collision['index']> } | Extract<InsertOutcome, { kind: 'unknown' }>
type Collision = Extract<InsertOutcome, { kind: 'collision' }>
type Insert = (entries: readonly StoredEntry[], ordered: boolean) => Promise<GroupOutcome>
export interface GroupLimits {
  /** Beyond it what comes gathers. */
  insertsAtOnce: number
  /** Of an insert; a batch that is longer goes whole, by itself. */
  entries: number
}

interface Waiting {
  batch: readonly StoredEntry[]
  resolve: (outcome: InsertOutcome) => void
}

/** `insert` must be one insert, and not reject. */
export function groupedInserts(insert: Insert, { insertsAtOnce, entries: limit }: GroupLimits): LogStore['insertBatch'] {
  let queue: Waiting[] = []
  let underWay = 0

  /** From the longest waiting on, those that can go with it. */
  const takeGroup = (ordered: boolean): Waiting[] => {
    const group: Waiting[] = []
    let length = 0
    for (const waiting of queue) {
      if (isOrdered(waiting) !== ordered) continue
      length += waiting.batch.length
      if (length > limit && group.length > 0) break
      group.push(waiting)
    }
    const taken = new Set(group)
    queue = queue.filter((waiting) => !taken.has(waiting))
    return group
  }
  const pump = async () => {
    underWay++
    for (let [first] = queue; first !== undefined; [first] = queue) {
      const ordered = isOrdered(first)
      const group = takeGroup(ordered)
      const outcome = await insert(
        group.flatMap(({ batch }) => batch),
        ordered,
      )
      const outcomes = outcomesOf(
        group.map(({ batch }) => batch.length),
        ordered,
        outcome,
      )
      const untried = group.filter((waiting, index) => {
        const own = outcomes[index] ?? null
        if (own !== null) waiting.resolve(own)
        return own === null
      })
      queue.unshift(...untried)
    }
    underWay--
  }
  return (batch) =>
    new Promise((resolve) => {
      queue.push({ batch, resolve })
      if (underWay < insertsAtOnce) void pump()
    })
}

const isOrdered = ({ batch }: Waiting) => batch.length > 1

/** Pure: what an insert of batches of these lengths says of each; null: it was not tried. */
export function outcomesOf(lengths: readonly number[], ordered: boolean, outcome: GroupOutcome): (InsertOutcome | null)[] {
  if (outcome.kind === 'unknown') return lengths.map(() => outcome)
  const [cut = Infinity] = ordered ? outcome.collisions.keys() : []
  let end = 0
  return lengths.map((length) => {
    const start = end
    end += length
    for (let at = start; at < end; at++) {
      const index = outcome.collisions.get(at)
      if (index !== undefined) return { kind: 'collision', stored: at - start, index }
    }
    return start > cut ? null : { kind: 'stored' }
  })
}
