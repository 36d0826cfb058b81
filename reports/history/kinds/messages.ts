/** Rows about a message: from what a client meant to send to what every client got of it. */
import type { KindRow } from './kind-row.ts'

export const operation = { client: 'sender', session: 'session, -1 when offline', room: 'room', message: 'own message id' }

export const messageKinds = {
  intended: {
    code: 1,
    about: 'the pacer wanted this message sent now (t_ns = the intended time, which may lie before the row was written)',
    columns: { ...operation, value: 'FNV-1a hash of the body', rev: 'bytes of the body' },
  },
  invoked: { code: 2, about: 'the outbox row is written', columns: { ...operation, seq: 'clientSeq', value: 'name id of clientMessageId' } },
  attempt: { code: 3, about: 'one emit of the message', columns: { ...operation, seq: 'attempt from 1', value: 'name id of clientMessageId used' } },
  ok: {
    code: 4,
    about: 'acked',
    columns: { ...operation, seq: 'seq', rev: 'name id of the epoch', value: 'name id of the server id', layer: '1 = duplicate' },
  },
  failed: { code: 5, about: 'every attempt was refused definitely', columns: { ...operation, value: 'name id of the error code' } },
  unknown: {
    code: 6,
    about: 'one attempt ended without a definite answer (timeout, disconnect, an indefinite code)',
    columns: { ...operation, seq: 'attempt', value: 'name id of the reason' },
  },
  delivery: {
    code: 7,
    about: 'a message arrived, was applied or was shown',
    columns: {
      client: 'recipient',
      session: 'session',
      room: 'room',
      layer: 'bit set: layers and ways',
      message: 'message id, -1 for a stub',
      seq: 'seq',
      rev: 'rev',
      value: 'FNV-1a hash of the body as received, -1 for a stub',
    },
  },
  entry: {
    code: 8,
    about: 'a log entry other than a message arrived or was applied',
    columns: { client: 'recipient', session: 'session', room: 'room', layer: 'bit set', seq: 'seq', rev: 'rev', value: 'entryKinds code' },
  },
  author: {
    code: 77,
    about: 'from here on the messages of one client of the run are shown to this one as those of this user: at the first, and when that changes',
    columns: { client: 'observer', session: 'session', room: 'room', message: 'message id', seq: 'seq', value: 'name id of the user' },
  },
  status: { code: 9, about: 'a person would see a new status of their message', columns: { ...operation, value: 'statuses code' } },
  repliesTo: {
    code: 66,
    about: 'the message that was just invoked answers another',
    columns: { ...operation, seq: 'seq of the message that it answers, -1 when not known', value: 'name id of its server id' },
  },
} as const satisfies Record<string, KindRow>
