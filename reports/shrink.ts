/** A violating history is reduced to the smallest part of it that still shows the same violation. Offline and deterministic. */
import type { Check, Guarantees } from './checks/check.ts'
import { checks } from './checks/table.ts'
import { ddmin } from './ddmin.ts'
import { buildHistory } from './history/build-history.ts'
import type { Columns, History, JournalRows } from './history/history.ts'
import type { Story } from './result.ts'
import { rowSentence } from './row-sentence.ts'

export interface Shrunk {
  check: string
  /** Rows of the whole history, and of the part. */
  rowsBefore: number
  rows: readonly number[]
  tests: number
  /** False when the search ended at its limit. */
  minimal: boolean
  /** The whole part as a story; its title is that of the violation. */
  story: Story
}

export interface ShrinkOptions {
  guarantees: Guarantees
  /** How often the check may be asked. */
  testLimit?: number
}

const defaultTestLimit = 5000

/** Null when the check finds no violation in the history. Throws when there is no such check. */
export function shrink(history: History, checkName: string, { guarantees, testLimit = defaultTestLimit }: ShrinkOptions): Shrunk | null {
  const check = checks.find((one) => one.name === checkName)
  if (check === undefined) throw new RangeError(`no check ${checkName}; there are ${checks.map((one) => one.name).join(', ')}`)
  const found = check.examine(history, guarantees)
  const told = found.verdict === 'invalid' ? found.evidence : []
  const bare = check.examine(partOf(history, allRows(history)), guarantees)
  const target = bare.verdict === 'invalid' ? bare.evidence.find((story) => told.some(({ title }) => title === story.title)) : undefined
  if (target === undefined) return null
  const reduction = new Reduction(history, check, guarantees, target, testLimit)
  const { rows, minimal } = reduction.run()
  return {
    check: checkName,
    rowsBefore: history.columns.length,
    rows,
    tests: reduction.tests,
    minimal,
    story: {
      ...(told.find(({ title }) => title === target.title) ?? target),
      events: rows.map((row) => ({ atMs: Math.round((history.columns.tNs[row] ?? 0) / 1e3) / 1e3, text: rowSentence(history, row) })),
    },
  }
}

/** From coarse to fine: rooms, then messages with all that is told of them, then single rows. */
class Reduction {
  tests = 0
  readonly #history: History
  readonly #check: Check
  readonly #guarantees: Guarantees
  readonly #target: Story
  readonly #testLimit: number

  constructor(history: History, check: Check, guarantees: Guarantees, target: Story, testLimit: number) {
    this.#history = history
    this.#check = check
    this.#guarantees = guarantees
    this.#target = target
    this.#testLimit = testLimit
  }

  run(): { rows: readonly number[]; minimal: boolean } {
    const { room, message } = this.#history.columns
    let rows = allRows(this.#history)
    rows = this.#byGroup(rows, (row) => room[row] ?? -1)
    rows = this.#byGroup(rows, (row) => message[row] ?? -1)
    const last = ddmin(rows, (kept) => this.#shows(kept), this.#testLimit - this.tests)
    return { rows: last.kept, minimal: last.minimal }
  }

  /** Leaves out whole groups; rows of group -1 stay. */
  #byGroup(rows: readonly number[], groupOf: (row: number) => number): readonly number[] {
    const groups = [...new Set(rows.map(groupOf))].filter((group) => group !== -1)
    const of = (kept: readonly number[]): number[] => {
      const wanted = new Set(kept).add(-1)
      return rows.filter((row) => wanted.has(groupOf(row)))
    }
    return of(ddmin(groups, (kept) => this.#shows(of(kept)), this.#testLimit - this.tests).kept)
  }

  /** The same violation, by the title and the end of its story: leaving rows out may make another one, or the same for another reason. */
  #shows(rows: readonly number[]): boolean {
    this.tests++
    const found = this.#check.examine(partOf(this.#history, rows), this.#guarantees)
    return found.verdict === 'invalid' && found.evidence.some((story) => isSame(story, this.#target))
  }
}

const allRows = ({ columns }: History): readonly number[] => Array.from({ length: columns.length }, (_, row) => row)
const isSame = (one: Story, other: Story): boolean => one.title === other.title && one.events.at(-1)?.text === other.events.at(-1)?.text

/** Only these rows, and only the rooms that they name. Clients and messages keep their numbers. */
function partOf(history: History, rows: readonly number[]): History {
  const { columns, rooms, clients, journals } = history
  const named = [...new Set(rows.map((row) => columns.room[row] ?? -1))].filter((room) => room !== -1).toSorted((a, b) => a - b)
  const indexOf = new Map(named.map((room, index) => [room, index]))
  const kept = rooms.filter((_, room) => indexOf.has(room))
  const numbers = (column: Int32Array): Int32Array => Int32Array.from(rows, (row) => column[row] ?? -1)
  const part: Columns = {
    length: rows.length,
    tNs: Float64Array.from(rows, (row) => columns.tNs[row] ?? 0),
    kind: Uint8Array.from(rows, (row) => columns.kind[row] ?? 0),
    layer: Uint8Array.from(rows, (row) => columns.layer[row] ?? 0),
    client: numbers(columns.client),
    session: numbers(columns.session),
    room: Int32Array.from(rows, (row) => indexOf.get(columns.room[row] ?? -1) ?? -1),
    message: numbers(columns.message),
    seq: numbers(columns.seq),
    rev: numbers(columns.rev),
    value: numbers(columns.value),
  }
  return buildHistory({
    ...history,
    columns: part,
    rooms: kept,
    clients: clients.map((client) => ({ ...client, rooms: client.rooms.filter((name) => kept.includes(name)) })),
    journals: withoutRows(journals),
  })
}

/** Journals say where a message stopped, not whether. */
function withoutRows(journals: JournalRows): JournalRows {
  return { ...journals, length: 0, stage: new Uint8Array(0) }
}
