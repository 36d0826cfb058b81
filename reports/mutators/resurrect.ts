import { asks, askEnds, layers } from '../history/codes.ts'
import type { Mutator } from './mutator.ts'

export const resurrect: Mutator = {
  name: 'resurrect',
  ways: [
    {
      does: 'a message that was refused reaches a member after all',
      must: ['refused-is-absent', 'sequence'],
      may: ['access', 'shown-order', 'applied-once', 'receipts'],
      plant(draft, { refused }) {
        const { columns, history } = draft
        const failed = draft.rowOf('failed', refused)
        const [room, sender] = [columns.room[failed] ?? -1, columns.client[failed] ?? -1]
        const settledNs = columns.tNs[history.rowsOf('settled').at(-1) ?? 0] ?? 0
        const head = Math.max(...[...history.rowsOf('auditHead')].filter((row) => columns.room[row] === room).map((row) => columns.seq[row] ?? 0))
        const cells = { session: 1, room, message: refused, seq: head + 1, rev: head + 1, value: columns.value[draft.rowOf('intended', refused)] ?? 0 }
        const member = history.clients.findIndex((client, number) => number !== sender && client.rooms.includes(history.rooms[room] ?? ''))
        draft.add(settledNs - 1000, 'delivery', { ...cells, client: member, layer: layers.wire | layers.applied | layers.shown | layers.live })
        return [refused]
      },
    },
    {
      does: 'a page that was asked for after a deletion shows the message whole',
      must: ['convergence'],
      may: ['pagination', 'session-guarantees', 'no-phantom'],
      plant(draft, { deleted }) {
        const { columns, history } = draft
        const stored = draft.rowOf('stored', deleted)
        const [room, seq] = [columns.room[stored] ?? -1, columns.seq[stored] ?? 0]
        const sender = history.messages.client[deleted] ?? -1
        const client = history.clients.findIndex((info, number) => number !== sender && info.rooms.includes(history.rooms[room] ?? ''))
        const settledNs = columns.tNs[history.rowsOf('settled').at(-1) ?? 0] ?? 0
        const base = { client, session: 1, room }
        const body = columns.value[draft.rowOf('intended', deleted)] ?? 0
        draft.add(settledNs - 5000, 'askInvoked', { ...base, seq: 0, value: asks.page })
        draft.add(settledNs - 4001, 'askEnded', { ...base, layer: askEnds.ok, seq: 0, value: asks.page })
        draft.add(settledNs - 4000, 'pageRead', { ...base, seq: seq - 1, rev: seq, value: 1, layer: 1 })
        draft.add(settledNs - 3999, 'readMessage', { ...base, layer: 2, message: deleted, seq, rev: seq, value: body })
        return [deleted]
      },
    },
  ],
}
