/** The codes that columns of a history hold; each kind says in kinds/ which of them it uses. */

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
/** Bits of `layer` in `storedEntry`: a ban or mute that is lifted, or one that ends by itself; the role that is given. */
export const entryBits = { lifted: 1, member: 2, moderator: 4, owner: 8, limited: 16 } as const
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
  retain: 12,
  join: 13,
  /** To connect, or to go on, with a token that has expired. */
  expiredToken: 14,
} as const
export const askEnds = { ok: 0, failed: 1, unknown: 2 } as const
export const presences = { online: 0, idle: 1, offline: 2, unknown: 3 } as const
/** What a file was made as; infected: the test file that every scanner takes for a virus. */
export const fileContents = { clean: 0, infected: 1 } as const
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
