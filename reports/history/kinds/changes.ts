/** Rows about what is made of a message, or of a membership, after it was sent. */
import type { KindRow } from './kind-row.ts'

const change = {
  client: 'who asked',
  room: 'room',
  message: 'message id of what is changed, -1 when no message',
  seq: 'number of the change by this client, from 0',
  value: 'changeKinds code',
}

export const changeRowKinds = {
  changeInvoked: {
    code: 61,
    about: 'the client asked for a change',
    columns: {
      ...change,
      session: 'session, -1 when offline',
      rev: 'FNV-1a hash of what it brings: the new body, the emoji, the user; -1 when nothing',
    },
  },
  changeOk: { code: 62, about: 'the change is done', columns: { ...change, session: 'session', rev: 'seq of its entry, -1 when not told' } },
  changeFailed: { code: 63, about: 'the change was refused definitely', columns: { ...change, session: 'session', rev: 'name id of the error code' } },
  changeUnknown: {
    code: 64,
    about: 'the change ended without a definite answer',
    columns: { ...change, session: 'session', rev: 'name id of the reason' },
  },
  changed: {
    code: 65,
    about: 'a person sees a message anew: a change was folded into its record',
    columns: {
      client: 'observer',
      session: 'session',
      room: 'room',
      layer: 'bit set: ways, with recordBits stub',
      message: 'message id, -1 for a stub',
      seq: 'seq of the message',
      rev: 'rev',
      value: 'record hash',
    },
  },
} as const satisfies Record<string, KindRow>
