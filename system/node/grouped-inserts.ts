/**
 * Commits of many rooms share inserts: what gathers while the inserts under way are at the store is the next one. A room that is alone waits for nobody.
 * Subtle: a room has one batch under way at most, so its entries meet in no other insert; and the insert is ordered, so what comes after a collision
 * was not tried, and no room's later entry is stored before an earlier one.
 */
import type { StoredEntry } from './entries.ts'
import type { InsertOutcome } from './log-store.ts'

type Insert = (entries: readonly StoredEntry[]) => Promise<InsertOutcome>
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

/** `insert` must be one ordered insert, and not reject. */
export function groupedInserts(insert: Insert, { insertsAtOnce, entries: limit }: GroupLimits): Insert {
  const queue: Waiting[] = []
  let underWay = 0

  const takeGroup = (): Waiting[] => {
    let length = 0
    const end = queue.findIndex(({ batch }, index) => (length += batch.length) > limit && index > 0)
    return queue.splice(0, end === -1 ? queue.length : end)
  }
  const pump = async () => {
    underWay++
    while (queue.length > 0) {
      const group = takeGroup()
      const outcome = await insert(group.flatMap(({ batch }) => batch))
      const outcomes = outcomesOf(
        group.map(({ batch }) => batch.length),
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

/** Pure: what an ordered insert of batches of these lengths says of each; null: it was not tried. */
export function outcomesOf(lengths: readonly number[], outcome: InsertOutcome): (InsertOutcome | null)[] {
  if (outcome.kind !== 'collision') return lengths.map(() => outcome)
  let start = 0
  return lengths.map((length) => {
    const before = start
    start += length
    if (start <= outcome.stored) return { kind: 'stored' }
    return before > outcome.stored ? null : { ...outcome, stored: outcome.stored - before }
  })
}
