/** Rows about files: their sharing, and each try to get one. */
import type { KindRow } from './kind-row.ts'
import { operation } from './messages.ts'

export const fileKinds = {
  fileIntended: {
    code: 80,
    about: 'the client began to share a file',
    columns: {
      client: 'client',
      session: 'session, -1 when offline',
      room: 'room',
      seq: 'number of the file by this client, from 0',
      rev: 'bytes',
      value: 'FNV-1a hash of its SHA-256 in hex',
      layer: 'fileContents code',
    },
  },
  fileStep: {
    code: 81,
    about: 'a step of sharing that file ended',
    columns: {
      client: 'client',
      session: 'HTTP status of a put, -1 else',
      room: 'room',
      layer: 'fileSteps code',
      seq: 'number of the file',
      rev: 'name id of the error code, -1 when ok',
      value: 'name id of the uploadId, -1 when none',
    },
  },
  fileAttached: { code: 82, about: 'the message that was just invoked carries this file', columns: { ...operation, value: 'name id of the uploadId' } },
  fileShown: {
    code: 83,
    about: 'a person sees a file or its placeholder anew',
    columns: {
      client: 'observer',
      session: 'session',
      room: 'room',
      message: 'message id',
      seq: 'seq of the message',
      rev: 'uploadStates code',
      value: 'name id of the uploadId',
    },
  },
  fileUrl: {
    code: 84,
    about: 'a URL of a file was asked for',
    columns: {
      client: 'client',
      session: 'session',
      room: 'room',
      layer: 'accessWays code',
      rev: 'name id of the error code, -1 when one came',
      value: 'name id of the uploadId',
      seq: 'seconds until it expires, -1 when never',
    },
  },
  fileRead: {
    code: 85,
    about: 'a request for the bytes of a file ended',
    columns: {
      client: 'client',
      session: 'HTTP status, -1 when none came',
      room: 'room',
      layer: 'fileTries code',
      seq: 'bytes read',
      rev: 'FNV-1a hash of their SHA-256 in hex, -1 when not served',
      value: 'name id of the uploadId',
    },
  },
} as const satisfies Record<string, KindRow>
