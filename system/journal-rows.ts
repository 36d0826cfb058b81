/**
 * Layout of a node journal: a file of 48-byte little-endian rows.
 *
 *   offset  0  int64   t_ns         nanoseconds since the start of the run (CLOCK_MONOTONIC)
 *           8  uint8   stage        journalStages
 *           9  uint8[3]             zero
 *          12  int32   room         id of a name row; -1 when none
 *          16  int32   seq          -1 when not known yet
 *          20  int32   count        sockets relayed to, attempt, byte length of a name, or id of a name row
 *          24  int32   extra        id that a name row defines; else stage-specific
 *          28  int32                zero
 *          32  uint8[16] operation  the operationId's 16 bytes (UUID); zero when none
 *
 * A `name` row defines string `extra`; its `count` bytes of UTF-8 follow, padded with zeros to whole rows.
 * The first row of a file is a `header` row: `count` is the version, `room` the name id of the node, `seq` the boot number from 1;
 * it comes right after the node's own name row.
 */
export const journalVersion = 1
export const journalRowBytes = 48

export const journalStages = {
  name: 0,
  header: 1,
  /** A send arrived; count = attempt. */
  received: 2,
  /** The insert succeeded with majority. */
  committed: 3,
  /** Applied to the room's folded state. */
  folded: 4,
  /** Handed to the fanout. */
  published: 5,
  /** The ok ack was handed to the socket. extra = 1 for a duplicate. */
  acked: 6,
  /** An error ack was handed to the socket. */
  refused: 7,
  /** An entry of this or another node went to count own sockets. */
  relayed: 8,
  /** A replay page or range was sent; seq = last seq of it, count = entries. */
  replayed: 9,
  /** This node closes in order. */
  closed: 10,
  /** A kick or ban was confirmed: folded here, and the user's sockets are out of the room. seq = that of its entry. Again at each ask. */
  confirmed: 11,
  /** The lease ran out; count = sockets dropped. Nothing is relayed after it until the node holds its lease again. */
  leaseLost: 12,
  /** Redis took a beat of a connection. seq = its number on this node; count = name id of the user; extra = presenceBits. */
  beatStored: 13,
  /** A URL of a file was minted, or (extra = 1) its bytes were served by this node. operation = uploadId; count = name id of the user. */
  fileServed: 14,
  /** An upload reached a state. operation = uploadId; extra = its place in protocol.ts's uploadStates. */
  uploadState: 15,
  /** Another node is the host of this room now; count = connections that were asked to go there. */
  handedOver: 16,
  /** Redis took back a connection that went. seq, count and extra as in beatStored. */
  presenceGone: 17,
} as const
export type JournalStage = keyof typeof journalStages
/** Bits of `extra`: the connection is idle; Redis didn't answer in time, so that it may have done it or not. */
export const presenceBits = { idle: 1, unconfirmed: 2 } as const
/** Stages whose `count` is the name id of a user. */
export const userStages: readonly JournalStage[] = ['beatStored', 'presenceGone', 'fileServed']
/** Stages whose operation is an uploadId. */
export const uploadStages: readonly JournalStage[] = ['fileServed', 'uploadState']
