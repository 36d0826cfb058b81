/**
 * Which rows need a look: one pass finds the deliveries that nothing can be wrong with but their repetition and order, most of all rows.
 * A delivery is *plain* when its message was invoked for that room, is what the audit has at that seq, brings the hash that its sender meant, and came by a
 * way to a member whose only stay had begun by then and lasts to the end. Whatever a check says of such rows it says without reading them again.
 */
import { layers } from '../history/codes.ts'
import type { History } from '../history/history.ts'
import { kinds } from '../history/kinds.ts'
import { auditOf } from './audit.ts'
import { membershipOf } from './membership.ts'
import { once } from './once.ts'
import { operationsOf } from './operations.ts'

export interface PlainDeliveries {
  count: number
  /** All other rows, of every kind, in order of time. */
  others: Int32Array
}

export const plainDeliveriesOf = once((history: History): PlainDeliveries => {
  const others = new Int32Array(history.columns.length)
  const count = separate(history, openFromOf(history), others)
  return { count, others: others.slice(0, others.length - count) }
})

/** Fills in the other rows, and returns how many are plain. Subtle: it calls nothing, like the ledger's hot loop. */
function separate(history: History, openFrom: Float64Array, others: Int32Array): number {
  const { kind, layer, client, room, seq, message, value, length } = history.columns
  const rooms = history.rooms.length
  const { base, capacity, storedAt } = auditOf(history)
  const { intendedRow, invokedRoom } = operationsOf(history)
  const delivery = kinds.delivery.code
  const ways = layers.live | layers.sync | layers.range | layers.page
  // Deliveries of one message come together: what is true of the last one's message is not looked up again.
  let lastRoom = -1
  let lastSeq = -1
  let lastOwn = -1
  let meant = 0
  let found = 0
  for (let row = 0; row < length; row++) {
    if (kind[row] !== delivery) {
      others[found++] = row
      continue
    }
    const inRoom = room[row] ?? -1
    const at = seq[row] ?? 0
    const own = message[row] ?? -1
    if (own !== lastOwn || at !== lastSeq || inRoom !== lastRoom) {
      const intended = own < 0 || inRoom < 0 ? -1 : (intendedRow[own] ?? -1)
      const isSound = intended !== -1 && invokedRoom[own] === inRoom && at >= 1 && at < (capacity[inRoom] ?? 0) && storedAt[(base[inRoom] ?? 0) + at] === own
      if (!isSound) {
        others[found++] = row
        continue
      }
      lastRoom = inRoom
      lastSeq = at
      lastOwn = own
      meant = value[intended] ?? 0
    }
    const isPlain = value[row] === meant && ((layer[row] ?? 0) & ways) !== 0 && at >= (openFrom[(client[row] ?? 0) * rooms + inRoom] ?? Infinity)
    if (!isPlain) others[found++] = row
  }
  return length - found
}

/** By view: the seq from which its only stay lasts to the end; Infinity for every other. */
function openFromOf(history: History): Float64Array {
  const rooms = history.rooms.length
  const openFrom = new Float64Array(history.clients.length * rooms).fill(Infinity)
  for (const [room, members] of membershipOf(history).members.entries()) {
    for (const { clients, intervals } of members) {
      const [only, second] = intervals
      if (only?.to !== Infinity || second !== undefined) continue
      for (const client of clients) openFrom[client * rooms + room] = only.from
    }
  }
  return openFrom
}
