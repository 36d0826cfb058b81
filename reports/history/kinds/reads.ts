/** Rows about what a client asked to see, and what a person is shown beside the live flow. */
import type { KindRow } from './kind-row.ts'

export const readKinds = {
  askInvoked: {
    code: 67,
    about: 'the client asked for something that changes no record',
    columns: { client: 'client', session: 'session', room: 'room, -1 when of none', seq: 'number of the request from 0', value: 'asks code' },
  },
  askEnded: {
    code: 68,
    about: 'that request ended',
    columns: {
      client: 'client',
      session: 'session',
      room: 'room, -1 when of none',
      layer: 'askEnds code',
      seq: 'number of the request',
      rev: 'name id of the error code or reason, -1 when ok',
      value: 'asks code',
    },
  },
  pageRead: {
    code: 69,
    about: 'a history page came: the window `from < seq <= to`',
    columns: {
      client: 'client',
      session: 'session',
      room: 'room',
      layer: '1 = more lies below; with pageAsks; from bit 3 on the number of its traversal by this client, modulo 32',
      seq: 'from',
      rev: 'to',
      value: 'messages in it',
    },
  },
  searchRead: {
    code: 70,
    about: 'an answer to a search came',
    columns: {
      client: 'client',
      session: 'session',
      room: 'room, -1 for all',
      seq: 'hits',
      rev: 'the most that were asked for',
      value: 'name id of the query',
    },
  },
  readMessage: {
    code: 71,
    about: 'a message of the page or search answer of the rows before',
    columns: {
      client: 'client',
      session: 'session',
      room: 'room',
      layer: '2 = by page, 4 = by search; with recordBits stub',
      message: 'message id, -1 for a stub',
      seq: 'seq',
      rev: 'rev',
      value: 'record hash',
    },
  },
  presenceShown: {
    code: 72,
    about: 'a person sees a state of another user',
    columns: { client: 'observer', session: 'session', rev: 'name id of the user', value: 'presences code' },
  },
  typingShown: {
    code: 73,
    about: 'a person sees how many are typing in a room',
    columns: { client: 'observer', session: 'session', room: 'room', seq: 'how many', value: 'name id of their users, sorted, with commas' },
  },
  viewShown: {
    code: 90,
    about: 'what a person sees of a room at the end of the run: the newest messages of the view follow',
    columns: { client: 'client', session: 'session, -1 when offline', room: 'room', seq: 'how many follow' },
  },
  viewMessage: {
    code: 91,
    about: 'a message of the view of the rows before, in the order in which it is shown',
    columns: { client: 'client', session: 'session, -1 when offline', room: 'room', message: 'message id', seq: 'seq', rev: 'rev', value: 'record hash' },
  },
} as const satisfies Record<string, KindRow>
