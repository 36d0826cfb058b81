/**
 * What each entry of the log needed to be appended, and whether its actor had that at its seq: by a fold of roles, mutes and bans that is not the node's.
 * Whoever joins a room first owns it. Owners stand over everybody, moderators over members; whoever is put out comes back as a member.
 */
import type { History } from '../history/history.ts'
import { entryBits, entryKinds } from '../history/codes.ts'
import { kinds } from '../history/kinds.ts'
import { auditOf } from './audit.ts'
import { membershipOf } from './membership.ts'
import { once } from './once.ts'

export interface Denied {
  row: number
  why: string
}

interface Standing {
  isIn: boolean
  rank: number
  isBanned: boolean
  isMuted: boolean
}

const ranks: ReadonlyMap<number, number> = new Map([
  [entryBits.member, 0],
  [entryBits.moderator, 1],
  [entryBits.owner, 2],
])
const [moderator, owner] = [1, 2]
const { join, leave, role, ban, mute, edit, react, unreact } = entryKinds
const aboutMembers: ReadonlySet<number> = new Set([leave, role, ban, mute])
const speaking: ReadonlySet<number> = new Set([entryKinds.message, edit, react, unreact])
const bySystem: ReadonlySet<number> = new Set([entryKinds.uploadState, entryKinds.purged, entryKinds.closed])

/** Entries of clients of the run that their actor had no right to. Rooms in which anybody else has been are not judged. */
export const deniedOf = once((history: History): { judged: number; denied: readonly Denied[] } => {
  const { room, seq } = history.columns
  const { strangersFrom } = membershipOf(history)
  const byRoom = history.rooms.map((): number[] => [])
  for (const kind of ['stored', 'storedEntry'])
    for (const row of history.rowsOf(kind)) if (strangersFrom[room[row] ?? -1] === Infinity) byRoom[room[row] ?? -1]?.push(row)
  const result: { judged: number; denied: Denied[] } = { judged: 0, denied: [] }
  for (const rows of byRoom) {
    const standings = new Map<string, Standing>()
    for (const row of rows.sort((a, b) => (seq[a] ?? 0) - (seq[b] ?? 0))) {
      const entry = entryOf(history, row)
      if (entry === null) continue
      // What role was given is not told: from there on nobody's rank is known.
      if (entry.kind === role && !ranks.has(entry.bits)) break
      result.judged++
      const why = whyDenied(history, standings, entry)
      if (why !== null) result.denied.push({ row, why })
      fold(standings, entry)
    }
  }
  return result
})

/** Who ever moderated or owned a room; where the log doesn't tell it, everybody may have. */
export const rankedOf = once((history: History): { has(room: number, user: string): boolean } => {
  const { room, client, seq, layer, value } = history.columns
  const untold = new Set<number>()
  const ranked = new Set<string>()
  const owners = new Map<number, number>()
  for (const row of history.rowsOf('storedEntry')) {
    const [inRoom, user] = [room[row] ?? -1, history.clients[client[row] ?? -1]?.user]
    if (value[row] === join) {
      const first = owners.get(inRoom) ?? -1
      if (first === -1 || (seq[row] ?? 0) < (seq[first] ?? 0)) owners.set(inRoom, row)
    }
    if (value[row] !== role) continue
    const rank = ranks.get(layer[row] ?? 0)
    if (rank === undefined) untold.add(inRoom)
    else if (rank >= moderator) ranked.add(`${inRoom} ${user}`)
  }
  for (const [inRoom, row] of owners) ranked.add(`${inRoom} ${history.clients[client[row] ?? -1]?.user}`)
  return { has: (inRoom, user) => untold.has(inRoom) || ranked.has(`${inRoom} ${user}`) }
})

interface Entry {
  kind: number
  bits: number
  actor: string
  /** Whom it is about; the actor itself where it is about nobody else. */
  about: string
  /** Who sent the message that it changes; null where that isn't known. */
  author: string | null
}

/** Null: of nobody in the run. */
function entryOf(history: History, row: number): Entry | null {
  const { kind, client, session, value, layer, message } = history.columns
  const about = history.clients[client[row] ?? -1]?.user
  if (about === undefined) return null
  if (kind[row] === kinds.stored.code) return { kind: entryKinds.message, bits: 0, actor: about, about, author: null }
  const by = history.clients[session[row] ?? -1]?.user ?? about
  const first = auditOf(history).storedRow[message[row] ?? -1] ?? -1
  const author = first === -1 ? null : (history.clients[client[first] ?? -1]?.user ?? null)
  return { kind: value[row] ?? -1, bits: layer[row] ?? 0, actor: by, about, author }
}

const unknown: Standing = { isIn: false, rank: 0, isBanned: false, isMuted: false }

/** Null: it was the actor's right. A message from outside is for the intervals of its sender. */
function whyDenied(history: History, standings: ReadonlyMap<string, Standing>, entry: Entry): string | null {
  const { kind, actor, about, author } = entry
  const own = standings.get(actor) ?? unknown
  if (bySystem.has(kind)) return `${actor} did what only the system does`
  if (kind === join) return own.isBanned ? `${actor} joined though it was banned` : null
  if (speaking.has(kind) && own.isMuted) return `${actor} was muted`
  if (kind === entryKinds.message) return null
  if (!own.isIn) return `${actor} was no member`
  if (kind === edit && author !== null && author !== actor) return `${actor} edited a message of ${author}`
  if (kind === entryKinds.delete && author !== null && author !== actor && own.rank < moderator) return `${actor} deleted a message of ${author} as a member`
  if (kind === entryKinds.moderate && !outranks(standings, actor, author ?? actor)) return `${actor} moderated without the rank for it`
  if (kind === role) return own.rank === owner ? null : `${actor} gave ${about} a role without being an owner`
  const isAboutAnother = aboutMembers.has(kind) && !(kind === leave && about === actor)
  return isAboutAnother && (about === actor || !outranks(standings, actor, about)) ? `${actor} put down ${about} without the rank for it` : null
}

function outranks(standings: ReadonlyMap<string, Standing>, actor: string, about: string): boolean {
  const own = standings.get(actor) ?? unknown
  return own.rank === owner || (own.rank >= moderator && (actor === about || own.rank > (standings.get(about) ?? unknown).rank))
}

function fold(standings: Map<string, Standing>, { kind, bits, actor, about }: Entry): void {
  if (kind !== join && !aboutMembers.has(kind)) return
  const before = standings.get(about) ?? { ...unknown, rank: standings.size === 0 ? owner : 0 }
  // One that ends by itself ends by a clock, so it is taken as over.
  const holds = (bits & (entryBits.lifted | entryBits.limited)) === 0
  const isOut = kind === leave || (kind === ban && (bits & entryBits.lifted) === 0)
  standings.set(about, {
    isIn: kind === join || (before.isIn && !isOut),
    rank: isOut && (kind === ban || about !== actor) ? 0 : kind === role ? (ranks.get(bits) ?? 0) : before.rank,
    isBanned: kind === ban ? holds : before.isBanned,
    isMuted: kind === mute ? holds : before.isMuted,
  })
}
