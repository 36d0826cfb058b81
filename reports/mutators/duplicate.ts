import { layers } from '../history/codes.ts'
import type { Mutator } from './mutator.ts'

export const duplicate: Mutator = {
  name: 'duplicate',
  ways: [
    {
      does: 'one member applies a message twice',
      must: ['applied-once'],
      may: ['shown-order'],
      plant(draft, { delivery }) {
        draft.repeat(delivery, (draft.columns.tNs[delivery] ?? 0) + 1)
        return []
      },
    },
    {
      does: 'a message is stored twice, and reaches everyone twice',
      must: ['stored-once', 'acked-is-stored'],
      may: ['applied-once', 'sender-order', 'real-time-order', 'receipts', 'convergence', 'status-legal'],
      plant(draft, { message, room }) {
        const { columns, history } = draft
        const heads = [...history.rowsOf('auditHead')].filter((row) => columns.room[row] === room)
        const seq = Math.max(...heads.map((row) => columns.seq[row] ?? 0)) + 1
        for (const row of heads) columns.seq[row] = seq
        for (const kind of ['stored', 'storedId', 'audited'] as const)
          for (const row of draft.rowsAbout(kind, message)) draft.repeat(row, (columns.tNs[row] ?? 0) + 1, kind === 'storedId' ? { seq } : { seq, rev: seq })
        const lateNs = (history.phases.find((phase) => phase.name === 'settle')?.startMs ?? 0) * 1e6
        const layer = layers.wire | layers.applied | layers.shown | layers.live
        for (const row of draft.rowsAbout('delivery', message)) draft.repeat(row, lateNs, { seq, rev: seq, layer })
        return []
      },
    },
  ],
}
