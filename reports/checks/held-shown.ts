/**
 * What was held for review and shown whole to who may not see it: neither its author nor anybody who ever had a rank in the room, since it is a node's time that
 * decides between two entries, and a rank may have come meanwhile.
 */
import type { History } from '../history/history.ts'
import { layers, recordBits } from '../history/codes.ts'
import { kinds } from '../history/kinds.ts'
import { auditOf } from './audit.ts'
import { foldBits, foldedOf } from './folded.ts'
import { rankedOf, type Denied } from './permitted.ts'

export function heldShown(history: History): { judged: number; found: readonly Denied[] } {
  const { kind, client, room, message, seq, rev, length } = history.columns
  const { base, capacity, storedRow } = auditOf(history)
  const result: { judged: number; found: Denied[] } = { judged: 0, found: [] }
  const { target, bits } = foldedOf(history)
  const ranked = rankedOf(history)
  for (let row = 0; row < length; row++) {
    // A hold is an entry of its own, so that a message as it was sent is none that was held then.
    if (rev[row] === seq[row] || !isSight(history, kind[row], row)) continue
    const [inRoom, at, as] = [room[row] ?? -1, seq[row] ?? 0, rev[row] ?? 0]
    if (inRoom < 0 || at < 1 || as < at || as >= (capacity[inRoom] ?? 0)) continue
    const [cell, end] = [(base[inRoom] ?? 0) + at, (base[inRoom] ?? 0) + as]
    if (target[end] !== cell || ((bits[end] ?? 0) & foldBits.held) === 0) continue
    const user = history.clients[client[row] ?? -1]?.user
    const first = storedRow[message[row] ?? -1] ?? -1
    const author = history.clients[client[first] ?? -1]?.user
    result.judged++
    if (user === undefined || user === author || ranked.has(inRoom, user) || isStub(history, row)) continue
    result.found.push({ row, why: `${user} was shown it whole while it was held` })
  }
  return result
}

function isSight({ columns: { layer } }: History, code: number | undefined, row: number): boolean {
  if (code === kinds.delivery.code) return ((layer[row] ?? 0) & layers.wire) !== 0
  return code === kinds.changed.code || code === kinds.readMessage.code
}

function isStub({ columns: { kind, layer, message } }: History, row: number): boolean {
  return kind[row] === kinds.delivery.code ? (message[row] ?? -1) === -1 : ((layer[row] ?? 0) & recordBits.stub) !== 0
}
