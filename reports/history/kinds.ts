/**
 * The rows of a history. One row an event, one row a delivery, 38 bytes:
 * `t_ns int64, client int32, session int32, room int32, kind uint8, layer uint8, message int32, seq int32, rev int32, value int32`.
 * A column that a kind doesn't use holds -1 (layer: 0). What each kind puts where is told beside it here, and docs/history.md is made from it.
 */
export const historyVersion = 1

/** Own message ids: `client * messagesPerClient + counter`, counter from 0; below zero: a foreign message, -(name id) - 2. */
export const messagesPerClient = 65_536

export interface KindRow {
  code: number
  about: string
  columns: Readonly<Partial<Record<'client' | 'session' | 'room' | 'layer' | 'message' | 'seq' | 'rev' | 'value', string>>>
}

const operation = { client: 'sender', session: 'session, -1 when offline', room: 'room', message: 'own message id' }

const change = {
  client: 'who asked',
  room: 'room',
  message: 'message id of what is changed, -1 when no message',
  seq: 'number of the change by this client, from 0',
  value: 'changeKinds code',
}

export const kinds = {
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
  status: { code: 9, about: 'a person would see a new status of their message', columns: { ...operation, value: 'statuses code' } },
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
  lag: { code: 22, about: 'worst event-loop delay of this writer in the last interval', columns: { value: 'microseconds' } },
  writerCount: { code: 23, about: 'rows that this writer has made up to here, this one included', columns: { value: 'rows' } },
  phase: { code: 30, about: 'a phase began', columns: { value: 'phases code' } },
  faultInjected: { code: 31, about: 'a fault is active', columns: { value: 'index in trace.json faults' } },
  faultHealed: { code: 32, about: 'a fault is healed and the probe proved it', columns: { value: 'index in trace.json faults' } },
  nodeStarted: { code: 33, about: 'a node process began', columns: { value: 'name id of the node', seq: 'boot number from 1' } },
  nodeReady: { code: 34, about: 'a node answered ready', columns: { value: 'name id of the node', seq: 'boot number' } },
  nodeExited: {
    code: 35,
    about: 'a node process ended',
    columns: { value: 'name id of the node', seq: 'exit code or -1', rev: 'name id of the signal or -1', layer: '1 = the plan asked for it' },
  },
  settled: {
    code: 36,
    about: 'settle ended: value 1 when every pending() was null for D, 0 at the deadline',
    columns: { value: '1 or 0', rev: 'name id of what was pending' },
  },
  stored: {
    code: 40,
    about: 'the audit read this message in the store (majority)',
    columns: {
      client: 'sender',
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
      layer: '1 = it takes back an earlier one (a ban or mute lifted)',
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
  repliesTo: {
    code: 66,
    about: 'the message that was just invoked answers another',
    columns: { ...operation, seq: 'seq of the message that it answers, -1 when not known', value: 'name id of its server id' },
  },
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
    columns: { client: 'client', session: 'session', room: 'room, -1 for all', seq: 'hits', value: 'name id of the query' },
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
  residue: {
    code: 105,
    about: 'what there was of something that a run must not leave behind',
    columns: {
      session: 'name id of the node or component',
      layer: '1 = before the first client came, 2 = after the last one went',
      seq: 'how many',
      rev: 'name id of their first names, with commas; -1 when they have none',
      value: 'residues code',
    },
  },
} as const satisfies Record<string, KindRow>
export type Kind = keyof typeof kinds

/** Bits of `layer` in `delivery` and `entry` rows: how far it came, and by which way. */
export const layers = { wire: 1, applied: 2, shown: 4, held: 8, live: 16, sync: 32, range: 64, page: 128 } as const

export const entryKinds = {
  message: 0,
  join: 1,
  leave: 2,
  edit: 3,
  delete: 4,
  react: 5,
  unreact: 6,
  moderate: 7,
  role: 8,
  ban: 9,
  mute: 10,
  uploadState: 11,
  purged: 12,
  closed: 13,
} as const
/** The code of an entry by its kind in the protocol, which writes `upload-state`; -1 for an unknown one. */
export function entryKindCode(kind: string): number {
  const name = kind === 'upload-state' ? 'uploadState' : kind
  return (entryKinds as Readonly<Record<string, number>>)[name] ?? -1
}
/** Bits of `layer` in `pageRead`: the page was asked for from the newest message, or right below the page that this traversal read before. */
export const pageAsks = { newest: 2, continues: 4 } as const
/** Above `pageAsks`: a client may go through several rooms, or twice through one, at the same time. */
export const traversalShift = 3
export const traversals = 32
/** Bits of `layer` in rows of records: the content is gone; it is held, and whole only to its author and moderators. */
export const recordBits = { stub: 1, held: 2 } as const
export const changeKinds = {
  edit: 0,
  delete: 1,
  react: 2,
  unreact: 3,
  hold: 4,
  release: 5,
  remove: 6,
  leave: 7,
  kick: 8,
  ban: 9,
  unban: 10,
  mute: 11,
  unmute: 12,
  appoint: 13,
} as const
export const asks = {
  read: 0,
  presence: 1,
  typing: 2,
  focus: 3,
  page: 4,
  search: 5,
  switchDevice: 6,
  goOffline: 7,
  reload: 8,
  upload: 9,
  download: 10,
  readSlowly: 11,
} as const
export const askEnds = { ok: 0, failed: 1, unknown: 2 } as const
export const presences = { online: 0, idle: 1, offline: 2, unknown: 3 } as const
export const fileSteps = { reserve: 0, put: 1, complete: 2, overwrite: 3 } as const
/** How the bytes were asked for: as meant, or as an attacker would. */
export const fileTries = { asMinted: 0, tampered: 1, borrowed: 2, expired: 3, quarantined: 4 } as const
export const accessWays = { public: 0, signed: 1, proxy: 2 } as const
export const uploadStates = { reserved: 0, uploaded: 1, scanning: 2, clean: 3, infected: 4, error: 5, expired: 6 } as const
export const policies = { keep: 0, delete: 1, archive: 2 } as const
export const archiveStates = { whole: 0, missing: 1, damaged: 2 } as const
/** What must be gone once all clients are. Keys: those that never expire. Temporary files: of the run, in the system's folder for them and in the components' own. */
export const residues = { sockets: 0, socketRooms: 1, redisKeys: 2, temporaryFiles: 3, objects: 4 } as const
export const statuses = { queued: 0, sending: 1, retrying: 2, offline: 3, sent: 4, delivered: 5, read: 6, failed: 7, cancelled: 8 } as const
export const phases = { warmup: 0, steady: 1, impact: 2, recovery: 3, settle: 4, audit: 5 } as const

/** 32-bit FNV-1a over UTF-16 code units, as a signed int32. Source: Fowler, Noll, Vo, http://www.isthe.com/chongo/tech/comp/fnv/ `from`: the hash of what goes before. */
export function bodyHash(body: string, from = 0x811c9dc5): number {
  let hash = from
  for (let index = 0; index < body.length; index++) hash = Math.imul(hash ^ body.charCodeAt(index), 0x01000193)
  return hash | 0
}

/** What a person sees of a message; `deleted` and `edits` as the protocol has them. */
export interface HashedRecord {
  body: string | null
  edits?: number
  deleted?: { kind: string }
  reactions?: Readonly<Record<string, readonly string[]>>
  moderation?: string
}

/** Hash of a record: of its body alone while nothing was made of it. The order of emoji doesn't count, that of users does. */
export function recordHash({ body, ...made }: HashedRecord): number {
  return recordHashOf(body === null ? null : bodyHash(body), made)
}

/** The same from the hash of the body alone. */
export function recordHashOf(body: number | null, { edits = 0, deleted, reactions = {}, moderation = '' }: Omit<HashedRecord, 'body'>): number {
  const reacted = Object.entries(reactions)
    .filter(([, users]) => users.length > 0)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
  const isChanged = edits > 0 || deleted !== undefined || moderation !== '' || reacted.length > 0
  return bodyHash(isChanged ? JSON.stringify([edits, deleted?.kind ?? '', moderation, reacted]) : '', body ?? bodyHash(''))
}
