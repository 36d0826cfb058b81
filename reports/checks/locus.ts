/** Where a message stopped: read backwards along its way, from the recipient's view to the sender's queue. */
import type { History } from '../history/history.ts'
import type { JournalStage } from '../../system/journal-rows.ts'
import { auditOf } from './audit.ts'
import { ledgerOf, marksAt } from './ledger.ts'
import { operationsOf } from './operations.ts'
import { sessionsOf } from './sessions.ts'
import { marks } from './views.ts'

export const loci = {
  queue: 'client queue',
  socket: 'socket',
  beforeCommit: 'node before commit',
  notPublished: 'committed not published',
  notOnWire: "published not on the peer's wire",
  notApplied: 'on the wire not applied',
} as const

export interface Locus {
  where: (typeof loci)[keyof typeof loci]
  /** Name of the node where it stopped, as far as the journals tell. */
  node: string | null
  /** The last row of that node says only "at or after": a kill may have cost its last turn. */
  atOrAfter: string | null
}

interface Stages {
  at: Partial<Record<JournalStage, number>>
  relayedBy: Set<number>
}

/** Rows of the message by operation, and relays of its (room, seq). */
function stagesOf(history: History, message: number): Stages {
  const { journals } = history
  const audit = auditOf(history)
  const storedRow = audit.storedRow[message] ?? -1
  const [room, seq] = storedRow === -1 ? [-1, -1] : [history.columns.room[storedRow] ?? -1, history.columns.seq[storedRow] ?? -1]
  const stages: Stages = { at: {}, relayedBy: new Set() }
  for (const name of ['received', 'committed', 'published', 'acked'] as const) {
    const row = history.journalRowsOf(name).find((one) => journals.message[one] === message)
    if (row !== undefined) stages.at[name] = row
  }
  for (const row of history.journalRowsOf('relayed')) {
    if (journals.message[row] === message || (room !== -1 && journals.room[row] === room && journals.seq[row] === seq))
      stages.relayedBy.add(journals.node[row] ?? -1)
  }
  return stages
}

/** `recipient` null: how far it came on the sender's side only. */
export function locate(history: History, message: number, recipient: number | null): Locus {
  const audit = auditOf(history)
  const { at, relayedBy } = stagesOf(history, message)
  const nodeOf = (row: number | undefined): string | null => (row === undefined ? null : (history.nodes[history.journals.node[row] ?? -1] ?? null))
  const storedRow = audit.storedRow[message] ?? -1
  const accepted = storedRow === -1 ? null : (history.names[history.columns.session[storedRow] ?? -1] ?? null)
  if (storedRow === -1) {
    if (!history.rowsOf('attempt').some((row) => history.columns.message[row] === message)) return { where: loci.queue, node: null, atOrAfter: null }
    const received = at.received ?? at.acked
    if (received === undefined && history.rowsOf('ok').every((row) => history.columns.message[row] !== message))
      return { where: loci.socket, node: null, atOrAfter: null }
    return { where: loci.beforeCommit, node: nodeOf(received), atOrAfter: null }
  }
  if (recipient === null) return { where: loci.notPublished, node: accepted, atOrAfter: null }
  const [room, seq] = [history.columns.room[storedRow] ?? 0, history.columns.seq[storedRow] ?? 0]
  const session = sessionsOf(history).nodeAt(recipient, room, operationsOf(history).commitNs[message] ?? NaN)
  const peer = history.names[session] ?? null
  const seen = marksAt(ledgerOf(history), recipient * history.rooms.length + room, seq)
  if ((seen & marks.everOnWire) !== 0) return { where: loci.notApplied, node: peer, atOrAfter: null }
  // The node that accepted it relays it to its own sockets whether or not it hands it to the others.
  const isPassedOn = at.published !== undefined || [...relayedBy].some((node) => peer === accepted || history.nodes[node] !== accepted)
  if (isPassedOn) return { where: loci.notOnWire, node: peer ?? accepted, atOrAfter: null }
  return { where: loci.notPublished, node: accepted, atOrAfter: lastRowOf(history, accepted, at.committed) }
}

/** When a node was killed after the commit, its journal may end before what it still did. */
function lastRowOf(history: History, node: string | null, committed: number | undefined): string | null {
  const { value, tNs } = history.columns
  const fromNs = committed === undefined ? 0 : (history.journals.tNs[committed] ?? 0)
  const killed = history
    .rowsOf('nodeExited')
    .find((row) => history.names[value[row] ?? -1] === node && (tNs[row] ?? 0) >= fromNs && (tNs[row] ?? 0) - fromNs < 1e9)
  if (killed === undefined) return null
  return committed === undefined ? 'the last row of its journal' : 'committed'
}
