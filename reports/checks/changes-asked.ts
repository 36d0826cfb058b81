/**
 * The changes that stand in the log against those that clients asked for: each was asked for, and each that was acked stands where the ack says. Of kinds that
 * the driver can make; others it may not tell of.
 */
import type { History } from '../history/history.ts'
import { changeKinds, entryBits, entryKinds } from '../history/codes.ts'
import { bodyHash } from '../history/record-hash.ts'
import { auditOf } from './audit.ts'
import { foldedOf } from './folded.ts'
import { once } from './once.ts'

export interface ChangesAsked {
  /** Stored changes of clients of the run. */
  stored: number
  /** `storedEntry` rows of changes that their actor did not ask for, or was refused. */
  unasked: readonly number[]
  acked: number
  /** `changeOk` rows of changes that are not at the seq that was acked. */
  missing: readonly number[]
}

interface Change {
  user: string
  kind: number
  /** Message that it changes, -1 when none. */
  message: number
  /** Hash of the user whom it is about, -1 when of nobody. */
  about: number
}

const { edit, react, unreact, moderate, leave, ban, mute, role } = entryKinds
const plain: ReadonlyMap<number, number> = new Map([
  [edit, changeKinds.edit],
  [entryKinds.delete, changeKinds.delete],
  [react, changeKinds.react],
  [unreact, changeKinds.unreact],
  [role, changeKinds.appoint],
])
const aboutMembers: ReadonlySet<number> = new Set([
  changeKinds.leave,
  changeKinds.kick,
  changeKinds.ban,
  changeKinds.unban,
  changeKinds.mute,
  changeKinds.unmute,
  changeKinds.appoint,
])
const ofMembers: ReadonlySet<number> = new Set([...aboutMembers, changeKinds.hold, changeKinds.release, changeKinds.remove])

export const changesAskedOf = once((history: History): ChangesAsked => {
  const { room, seq, rev, value, client } = history.columns
  const { base, capacity, rowAt } = auditOf(history)
  const asked = askedCounts(history)
  const able = (kind: number): boolean => history.capabilities.includes(ofMembers.has(kind) ? 'moderation' : 'edit')
  const result = { stored: 0, unasked: [] as number[], acked: 0, missing: [] as number[] }
  for (const row of [...history.rowsOf('storedEntry')].sort((a, b) => (seq[a] ?? 0) - (seq[b] ?? 0))) {
    const change = changeOf(history, row)
    if (change === null || !able(change.kind)) continue
    result.stored++
    const key = keyOf(room[row] ?? -1, change)
    const left = asked.get(key) ?? 0
    asked.set(key, left - 1)
    if (left <= 0) result.unasked.push(row)
  }
  for (const row of history.rowsOf('changeOk')) {
    const [inRoom, at] = [room[row] ?? -1, rev[row] ?? -1]
    if (at < 1 || inRoom < 0 || !able(value[row] ?? -1)) continue
    result.acked++
    const there = at < (capacity[inRoom] ?? 0) ? (rowAt[(base[inRoom] ?? 0) + at] ?? -1) : -1
    const change = there === -1 ? null : changeOf(history, there)
    const user = history.clients[client[row] ?? -1]?.user
    if (change === null || change.kind !== value[row] || change.user !== user || !isSameMessage(history, change, row)) result.missing.push(row)
  }
  return result
})

const isSameMessage = ({ columns }: History, { message }: Change, row: number): boolean =>
  message === -1 || (columns.message[row] ?? -1) === -1 || columns.message[row] === message

const keyOf = (room: number, { user, kind, message, about }: Change): string => `${user} ${room} ${kind} ${message} ${about}`

/** By what was asked for: how often, without what was refused for good. */
function askedCounts(history: History): Map<string, number> {
  const { client, room, message, seq, rev, value } = history.columns
  const refused = new Set([...history.rowsOf('changeFailed')].map((row) => `${client[row]} ${seq[row]}`))
  const counts = new Map<string, number>()
  for (const row of history.rowsOf('changeInvoked')) {
    const user = history.clients[client[row] ?? -1]?.user
    if (user === undefined || refused.has(`${client[row]} ${seq[row]}`)) continue
    const kind = value[row] ?? -1
    const key = keyOf(room[row] ?? -1, { user, kind, message: message[row] ?? -1, about: aboutMembers.has(kind) ? (rev[row] ?? -1) : -1 })
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

/** Null: no change, one of nobody in the run, or of a message that the record doesn't know. */
function changeOf(history: History, row: number): Change | null {
  const { client, session, message } = history.columns
  const kind = kindOf(history, row)
  const about = history.clients[client[row] ?? -1]?.user
  const user = history.clients[session[row] ?? -1]?.user ?? about
  if (kind === -1 || user === undefined || about === undefined) return null
  const isAboutMember = aboutMembers.has(kind)
  const own = message[row] ?? -1
  return !isAboutMember && own === -1 ? null : { user, kind, message: isAboutMember ? -1 : own, about: isAboutMember ? bodyHash(about) : -1 }
}

function kindOf(history: History, row: number): number {
  const { client, session, room, seq, rev, layer, value } = history.columns
  const kind = value[row] ?? -1
  const isLifted = ((layer[row] ?? 0) & entryBits.lifted) !== 0
  if (kind === leave) return (session[row] ?? -1) === -1 || session[row] === client[row] ? changeKinds.leave : changeKinds.kick
  if (kind === ban) return isLifted ? changeKinds.unban : changeKinds.ban
  if (kind === mute) return isLifted ? changeKinds.unmute : changeKinds.mute
  if (kind !== moderate) return plain.get(kind) ?? -1
  const told = foldedOf(history).row[(auditOf(history).base[room[row] ?? 0] ?? 0) + (seq[row] ?? 0)] ?? -1
  const action = history.names[rev[told] ?? -1]
  return action === 'hold' || action === 'release' || action === 'remove' ? changeKinds[action] : -1
}
