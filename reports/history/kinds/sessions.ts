/** Rows about a client's connections: what it was told and told itself by which it knows how far it has come in a room. */
import type { KindRow } from './kind-row.ts'

export const sessionKinds = {
  connect: {
    code: 10,
    about: 'first event of a session',
    columns: {
      client: 'client',
      session: 'session from 1',
      room: 'the one room that it carries, -1 for all of them',
      value: 'name id of the node',
      rev: 'name id of the boot id',
    },
  },
  disconnect: { code: 11, about: 'a session ended', columns: { client: 'client', session: 'session', room: 'as in connect', value: 'name id of the reason' } },
  syncBegin: {
    code: 12,
    about: 'the client asked for a replay of a room',
    columns: { client: 'client', session: 'session', room: 'room', seq: 'applied seq it named', rev: 'view generation' },
  },
  syncComplete: {
    code: 13,
    about: 'the node said that the replay is complete up to head',
    columns: { client: 'client', session: 'session', room: 'room', seq: 'head', rev: 'view generation', value: 'name id of the epoch' },
  },
  syncReset: {
    code: 14,
    about: 'a new view generation begins',
    columns: { client: 'client', session: 'session', room: 'room', seq: 'head', rev: 'new view generation', value: 'name id of the reason' },
  },
  heartbeat: {
    code: 15,
    about: 'a head told by a node',
    columns: { client: 'client', session: 'session', room: 'room', seq: 'head', value: 'name id of the epoch' },
  },
  watermark: {
    code: 16,
    about: 'a cursor sent by the client',
    columns: { client: 'client', session: 'session', room: 'room', seq: 'delivered seq', rev: 'read seq' },
  },
  receipt: {
    code: 17,
    about: 'the cursor of another device as shown',
    columns: { client: 'observer', session: 'session', room: 'room', seq: 'delivered seq', rev: 'read seq', value: 'name id of the user' },
  },
  joinInvoked: { code: 18, about: 'a join was asked for', columns: { client: 'client', session: 'session', room: 'room' } },
  joined: { code: 19, about: 'a join was acked', columns: { client: 'client', session: 'session', room: 'room', seq: 'seq', rev: 'name id of the epoch' } },
  rangeAsked: {
    code: 20,
    about: 'the client asked for a missing range',
    columns: { client: 'client', session: 'session', room: 'room', seq: 'after', rev: 'up to' },
  },
  expected: { code: 21, about: 'the run expects this client to be connected at the end (value 1) or gone (0)', columns: { client: 'client', value: '1 or 0' } },
  left: {
    code: 74,
    about: 'the client is told that it is no member any more',
    columns: { client: 'client', session: 'session', room: 'room', seq: 'seq', layer: '1 = by another', value: 'name id of who did it' },
  },
  clientReplaced: {
    code: 75,
    about: 'from here on the rows are of a new client of the same person: its views are empty',
    columns: { client: 'client', layer: '0 = the same device after a reload, 1 = another device', value: 'name id of the device' },
  },
  actSkipped: {
    code: 76,
    about: 'something that the script wanted now was left out: nothing to do it to, or too much under way',
    columns: { client: 'client', value: 'name id of the verb' },
  },
} as const satisfies Record<string, KindRow>
