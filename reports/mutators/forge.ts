import { statuses } from '../history/codes.ts'
import type { Mutator } from './mutator.ts'

export const forge: Mutator = {
  name: 'forge an ack',
  ways: [
    {
      does: 'a message is acked that was never stored',
      must: ['acked-is-stored'],
      may: ['session-guarantees', 'real-time-order', 'sequence', 'status-legal'],
      plant(draft, { refused }) {
        const { columns, history } = draft
        const failed = draft.rowOf('failed', refused)
        const room = columns.room[failed] ?? -1
        const head = Math.max(...[...history.rowsOf('auditHead')].filter((row) => columns.room[row] === room).map((row) => columns.seq[row] ?? 0))
        const epoch = columns.rev[[...history.rowsOf('storedId')].find((row) => columns.room[row] === room) ?? -1] ?? -1
        draft.remove(failed)
        draft.add(columns.tNs[failed] ?? 0, 'ok', {
          client: columns.client[failed] ?? -1,
          session: 1,
          room,
          message: refused,
          seq: head + 1,
          rev: epoch,
          value: draft.name(`server-${refused}`),
        })
        columns.value[draft.rowsAbout('status', refused).at(-1) ?? -1] = statuses.sent
        return [refused]
      },
    },
    {
      does: 'a message is acked once more, with the seq of the next',
      must: ['stored-once', 'acked-is-stored', 'sequence'],
      may: ['real-time-order', 'sender-order', 'session-guarantees'],
      plant(draft, { message, seq, next }) {
        const ok = draft.rowOf('ok', message)
        draft.repeat(ok, (draft.columns.tNs[ok] ?? 0) + 1, { seq: seq + 1 })
        return [next]
      },
    },
  ],
}
