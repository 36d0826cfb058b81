import { expect, test } from 'vitest'
import type { OutboxRow } from './outbox.ts'
import { sendRequestOf } from './send-request.ts'

const row: OutboxRow = { room: 'hot', clientMessageId: 'm1', clientSeq: 3, body: 'hello', clientCreatedAt: 7, attempts: 2, doubt: true, state: 'queued' }

test('an attempt carries its own number and id beside what the person wrote', () => {
  expect(sendRequestOf(row, 'm1')).toEqual({ room: 'hot', clientMessageId: 'm1', clientSeq: 3, attempt: 2, type: 'text', body: 'hello', clientCreatedAt: 7 })
})

test('a message with files is of type file, a reply names what it answers', () => {
  expect(sendRequestOf({ ...row, attachments: ['u1'], replyTo: 's9' }, 'm1')).toMatchObject({ type: 'file', attachments: ['u1'], replyTo: 's9' })
})
