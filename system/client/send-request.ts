import type { SendRequest } from '../protocol.ts'
import type { OutboxRow } from './outbox.ts'

/** What an attempt to send the row asks of the node. `attemptId`: the id that it carries. */
export function sendRequestOf(row: Readonly<OutboxRow>, attemptId: string): SendRequest {
  return {
    room: row.room,
    clientMessageId: attemptId,
    clientSeq: row.clientSeq,
    attempt: row.attempts,
    type: row.attachments === undefined ? 'text' : 'file',
    body: row.body,
    ...(row.attachments === undefined ? {} : { attachments: [...row.attachments] }),
    ...(row.replyTo === undefined ? {} : { replyTo: row.replyTo }),
    clientCreatedAt: row.clientCreatedAt,
  }
}
