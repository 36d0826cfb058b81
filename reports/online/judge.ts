/** Judges rows as they come, and remembers the first violation. Pure: time is told with each row. */
import type { ClientInfo } from '../history/history.ts'
import { changeKinds } from '../history/codes.ts'
import { kinds } from '../history/kinds.ts'
import { StringTable } from '../history/string-table.ts'
import type { Accusation, OnlineRow } from './online-check.ts'
import { onlineChecks } from './table.ts'

/** A writer flushes every 250 ms, and what it flushed is read within 200 ms: later than this no row can excuse another any more. */
export const graceMs = 500

export interface OnlineViolation {
  check: string
  why: string
  client: number
  room: string | null
  /** Nanoseconds since the start of the run. */
  atNs: number
}

export interface OnlineJudge {
  /** Ids of rooms and foreign messages for rows; the same for all writers. */
  readonly names: StringTable
  take(row: OnlineRow, nowMs: number): void
  /** The first violation that stands, or null. */
  violation(nowMs: number): OnlineViolation | null
}

interface Waiting {
  violation: OnlineViolation
  stillHolds: () => boolean
  dueMs: number
}

export function createOnlineJudge(clients: readonly ClientInfo[]): OnlineJudge {
  const names = new StringTable()
  const homes: Set<number>[] = []
  for (const { number, rooms } of clients) homes[number] = new Set(rooms.map((room) => names.idOf(room)))
  const invokedRoom = new Map<number, number>()
  const meant = new Map<number, Set<number>>()
  const judges = onlineChecks.map((check) => ({ check: check.name, examine: check.open({ homes, invokedRoom, meant }) }))
  let waiting: Waiting[] = []
  let found: OnlineViolation | null = null
  const learn = ({ kind, message, room, value, rev }: OnlineRow): void => {
    if (kind === kinds.invoked.code) invokedRoom.set(message, room)
    const hash = kind === kinds.intended.code ? value : kind === kinds.changeInvoked.code && value === changeKinds.edit ? rev : null
    if (hash !== null) meant.set(message, (meant.get(message) ?? new Set()).add(hash))
  }
  const accuse = (check: string, { why, stillHolds }: Accusation, row: OnlineRow, nowMs: number): void => {
    const violation = { check, why, client: row.client, room: names.list[row.room] ?? null, atNs: row.atNs }
    if (stillHolds === undefined) found ??= violation
    else waiting.push({ violation, stillHolds, dueMs: nowMs + graceMs })
  }
  return {
    names,
    take(row, nowMs) {
      learn(row)
      for (const { check, examine } of judges) {
        const accusation = examine(row)
        if (accusation !== null) accuse(check, accusation, row, nowMs)
      }
    },
    violation(nowMs) {
      const due = waiting.filter((one) => one.dueMs <= nowMs)
      waiting = waiting.filter((one) => one.dueMs > nowMs)
      found ??= due.find((one) => one.stillHolds())?.violation ?? null
      return found
    },
  }
}
