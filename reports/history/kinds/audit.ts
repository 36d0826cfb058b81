/** Rows about the stored truth, as the audit read it at the end. */
import type { KindRow } from './kind-row.ts'

export const auditKinds = {
  stored: {
    code: 40,
    about: 'the audit read this message in the store (majority)',
    columns: {
      client: 'sender; -1 where the entry has another actor, or one that is no client of the run',
      session: 'name id of acceptedBy',
      room: 'room',
      message: 'message id',
      seq: 'seq',
      rev: 'rev',
      layer: 'recordBits',
      value: 'FNV-1a hash of the first body, -1 for a stub',
    },
  },
  storedId: {
    code: 41,
    about: 'ids of the stored message of the row before',
    columns: { room: 'room', message: 'message id', seq: 'seq', rev: 'name id of the epoch', value: 'name id of the server id' },
  },
  storedEntry: {
    code: 42,
    about: 'the audit read this other entry in the store',
    columns: {
      client: 'whom it concerns: of leave, ban, mute and role the member, else the actor; -1 when not a client of the run',
      session: 'the actor where it is another, by client number; -1 else',
      room: 'room',
      layer: 'entryBits',
      message: 'the message that it changes',
      seq: 'seq',
      rev: 'name id of the epoch',
      value: 'entryKinds code',
    },
  },
  auditHead: {
    code: 43,
    about: 'the head of a room as the audit found it',
    columns: { room: 'room', seq: 'head', value: 'name id of the epoch', layer: '1 = store, 2 = sync by a fresh client, 4 = history by a fresh client' },
  },
  audited: {
    code: 44,
    about: 'a fresh client read this message',
    columns: { room: 'room', message: 'message id', seq: 'seq', rev: 'rev', value: 'record hash', layer: '2 = sync, 4 = history; with recordBits stub' },
  },
  auditedEntry: {
    code: 45,
    about: 'a fresh client read this other entry',
    columns: { room: 'room', seq: 'seq', value: 'entryKinds code', layer: '2 = sync, 4 = history' },
  },
  storedRecord: {
    code: 46,
    about: 'what later entries made of the stored message of the rows before; absent while none did',
    columns: { room: 'room', message: 'message id', seq: 'seq', rev: 'rev', layer: 'recordBits', value: 'record hash' },
  },
  storedUpload: {
    code: 47,
    about: 'the audit read this upload in the store',
    columns: {
      client: 'who uploads',
      session: 'FNV-1a hash of its SHA-256 in hex',
      room: 'room',
      rev: 'uploadStates code',
      value: 'name id of the uploadId',
      seq: 'bytes',
    },
  },
  storedChange: {
    code: 100,
    about: 'what the stored entry of the row before brings: with these a reader can fold the log by itself',
    columns: {
      session: 'name id of the user who did it',
      room: 'room',
      layer: '1 = its content is blanked',
      message: 'the message that it changes',
      seq: 'seq of the entry',
      rev: 'name id of the emoji, of the kind of deletion or of the moderating action; -1 when none',
      value: 'FNV-1a hash of the new body, -1 when it brings none',
    },
  },
  storedPurge: {
    code: 101,
    about: 'what the stored entry of the row before purged: the messages with `rev < seq <= value`',
    columns: { room: 'room', layer: '1 = archived', seq: 'seq of the entry', rev: 'after this seq', value: 'through this seq' },
  },
  roomPolicy: {
    code: 102,
    about: 'the audit read what this room keeps; rooms that nobody set have no such row',
    columns: {
      session: 'seconds since it was set, -1 when not known',
      room: 'room',
      layer: '1 = legal hold',
      seq: 'seconds after which messages go, -1 for keep',
      rev: 'seq up to which nothing is left to purge',
      value: 'policies code',
    },
  },
  archiveRead: {
    code: 103,
    about: 'the audit read an archive of this room: the window `seq < s <= rev`',
    columns: { room: 'room', layer: 'archiveStates code', seq: 'after', rev: 'up to', value: 'messages in it' },
  },
  archived: {
    code: 104,
    about: 'a message of the archive of the rows before',
    columns: { room: 'room', layer: 'recordBits stub', message: 'message id', seq: 'seq', rev: 'rev', value: 'record hash' },
  },
} as const satisfies Record<string, KindRow>
