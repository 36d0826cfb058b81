/** What can be judged while a run goes on, from the rows alone. It says what the check of the same name will say of the closed run. */

/** A row with ids that are the same for all writers. */
export interface OnlineRow {
  /** Nanoseconds since the start of the run. */
  atNs: number
  kind: number
  client: number
  /** -1 when none. */
  room: number
  layer: number
  /** Own message id as in kinds.ts; below -1 a foreign one; -1 none. */
  message: number
  seq: number
  rev: number
  value: number
}

/** What senders of all workers have told so far. */
export interface OnlineFacts {
  /** By client number: ids of the rooms that are its own from the start. */
  homes: readonly ReadonlySet<number>[]
  invokedRoom: ReadonlyMap<number, number>
  /** By message: hashes of the bodies that its sender meant, first and edited. */
  meant: ReadonlyMap<number, ReadonlySet<number>>
}

export interface Accusation {
  why: string
  /** Where another worker's rows may still excuse it: it stands if this still holds a little later. */
  stillHolds?: () => boolean
}

export interface OnlineCheck {
  /** That of the check which judges the closed run. */
  name: string
  open(facts: OnlineFacts): (row: OnlineRow) => Accusation | null
}
