/** The totals of a run, and what became of its nodes. */
import type { History } from './history/history.ts'
import type { Result } from './result.ts'
import { auditOf } from './checks/audit.ts'
import { ledgerOf } from './checks/ledger.ts'
import { operationsOf } from './checks/operations.ts'
import { owedOf, total } from './checks/owed.ts'
import { sessionsOf } from './checks/sessions.ts'

export function countsOf(history: History): Result['counts'] {
  const { invokedRow, okRow, failedRow } = operationsOf(history)
  const ledger = ledgerOf(history)
  const owed = owedOf(history)
  const present = (rows: Int32Array): number => rows.reduce((sum, row) => sum + (row === -1 ? 0 : 1), 0)
  const undecided = invokedRow.reduce((sum, row, message) => sum + (row !== -1 && okRow[message] === -1 && failedRow[message] === -1 ? 1 : 0), 0)
  return {
    clients: history.clients.length,
    sessions: sessionsOf(history).count,
    sent: present(invokedRow),
    acked: present(okRow),
    failed: present(failedRow),
    unknown: undecided,
    stored: auditOf(history).stored,
    deliveriesOwed: total(owed.owed),
    deliveriesApplied: owed.applied,
    wireDuplicates: ledger.wireDuplicates,
    redeliveries: ledger.redeliveries,
  }
}

/** Every exit of a node process. */
export function nodesOf(history: History): Result['nodes'] {
  const { value, seq, rev, layer, tNs } = history.columns
  return history.nodes.map((name) => ({
    name,
    exits: [...history.rowsOf('nodeExited')]
      .filter((row) => history.names[value[row] ?? -1] === name)
      .map((row) => ({
        atMs: Math.round((tNs[row] ?? 0) / 1e4) / 100,
        code: (seq[row] ?? -1) < 0 ? null : (seq[row] ?? null),
        signal: history.names[rev[row] ?? -1] ?? null,
        planned: layer[row] === 1,
      })),
  }))
}
