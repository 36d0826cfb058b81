/** The messages to which something is done: drawn from a seed, one in each of as many equal stretches of the run, so that no two disturb each other. */
import { auditOf } from '../checks/audit.ts'
import type { History } from '../history/history.ts'
import { kinds } from '../history/kinds.ts'
import { cleanParts } from './clean-run.ts'

export interface Victim {
  message: number
  sender: number
  room: number
  seq: number
  /** The messages stored after it in its room. */
  next: number
  afterNext: number
  /** A member other than the sender, and its delivery of the message. */
  recipient: number
  delivery: number
  /** Its deliveries of the next two. */
  deliveryOfNext: number
  deliveryAfterNext: number
  /** A client that is no member of the room. */
  outsider: number
  /** A message that was refused, and one that was deleted, of the same room. */
  refused: number
  deleted: number
}

/** A small generator for choosing; the same seed chooses the same. Source: mulberry32, https://github.com/bryc/code/blob/master/jshash/PRNGs.md */
function chance(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Throws when the run has too few messages for so many victims. */
export function victimsOf(history: History, count: number, seed: number): Victim[] {
  const { plain, refused, deleted } = cleanParts(history)
  const random = chance(seed)
  const stretch = Math.floor(plain.length / count)
  if (stretch < 100 || refused.length < count || deleted.length < count) throw new RangeError(`${plain.length} messages are too few for ${count} victims`)
  return Array.from({ length: count }, (_, index) => {
    // The middle half of each stretch keeps victims apart.
    const message = plain[index * stretch + Math.floor(stretch * (0.25 + random() / 2))] ?? 0
    return victim(history, message, refused[index] ?? 0, deleted[index] ?? 0, random)
  })
}

function victim(history: History, message: number, refused: number, deleted: number, random: () => number): Victim {
  const audit = auditOf(history)
  const { room, seq } = history.columns
  const stored = audit.storedRow[message] ?? -1
  const [inRoom, at] = [room[stored] ?? 0, seq[stored] ?? 0]
  const cell = (audit.base[inRoom] ?? 0) + at
  const [next, afterNext] = [audit.storedAt[cell + 1] ?? -1, audit.storedAt[cell + 2] ?? -1]
  const sender = history.messages.client[message] ?? -1
  const others = deliveries(history, message).filter(({ client }) => client !== sender)
  const chosen = others[Math.floor(random() * others.length)] ?? { client: -1, row: -1 }
  const to = (other: number): number => deliveries(history, other).find(({ client }) => client === chosen.client)?.row ?? -1
  return {
    message,
    sender,
    room: inRoom,
    seq: at,
    next,
    afterNext,
    recipient: chosen.client,
    delivery: chosen.row,
    deliveryOfNext: to(next),
    deliveryAfterNext: to(afterNext),
    outsider: history.clients.findIndex((client) => !client.rooms.includes(history.rooms[inRoom] ?? '')),
    refused,
    deleted,
  }
}

/** Deliveries of a message in a synthetic run come one after the other, after its ack. */
function deliveries(history: History, message: number): { client: number; row: number }[] {
  const { kind, client, message: messages, length } = history.columns
  const found: { client: number; row: number }[] = []
  const rows = history.rowsOf('ok')
  let low = 0
  let high = rows.length
  // Acks come in order of message.
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((messages[rows[middle] ?? 0] ?? -1) < message) low = middle + 1
    else high = middle
  }
  for (let row = (rows[low] ?? 0) + 1; row < length && found.length < history.clients.length; row++) {
    if (kind[row] === kinds.delivery.code && messages[row] === message) found.push({ client: client[row] ?? -1, row })
    else if (found.length > 0) break
  }
  return found
}
