/** Who may do what in a room: one pure decision on folded state, asked again whenever another entry came first. */
import { currentJoin, mayRead } from './folds.ts'
import { refusal } from './refusal.ts'
import { systemActor } from './entries.ts'
import type { Refusal, Role } from '../protocol.ts'
import type { Intent } from './entries.ts'
import type { Membership, Sanction } from './folds.ts'
import type { MessageState } from './message-states.ts'

export interface RoomState {
  roomId: string
  membership: Membership
  isClosed: boolean
  /** The message that is changed or answered; undefined: there is none of that id in the room. */
  message: (id: string) => MessageState | undefined
  nowMs: number
}

const ranks: Readonly<Record<Role, number>> = { member: 0, moderator: 1, owner: 2 }

function roleOf(membership: Membership, user: string): Role {
  return membership.get(user)?.role ?? 'member'
}
/** Of a member who is in the room now. */
export function isModerator(membership: Membership, user: string): boolean {
  return currentJoin(membership, user) !== null && ranks[roleOf(membership, user)] >= ranks.moderator
}
function isInForce(sanction: Sanction | null | undefined, nowMs: number): boolean {
  return sanction != null && (sanction.until === null || sanction.until > nowMs)
}
function isBanned(membership: Membership, user: string, nowMs: number): boolean {
  return isInForce(membership.get(user)?.ban, nowMs)
}

/** Null: the intent may be appended. */
export function permit(state: RoomState, intent: Intent): Refusal | null {
  const { roomId, membership, isClosed, nowMs } = state
  const { kind, actorId } = intent
  if (isClosed) return refusal('forbidden', `room ${roomId} is closed`)
  if (kind === 'purged' || kind === 'closed') return actorId === systemActor ? (intent.unless?.() ?? null) : refusal('forbidden', `${kind} is not for users`)
  if (kind === 'upload-state') return actorId === systemActor ? permitVerdict(state, intent.messageId ?? '') : refusal('forbidden', `${kind} is not for users`)
  if (kind === 'join') return isBanned(membership, actorId, nowMs) ? refusal('forbidden', `${actorId} is banned from ${roomId}`) : null
  if (currentJoin(membership, actorId) === null) return refusal('forbidden', `${actorId} is not a member of ${roomId}`)
  const speaks = kind === 'message' || kind === 'edit' || kind === 'react' || kind === 'unreact'
  if (speaks && isInForce(membership.get(actorId)?.mute, nowMs)) return refusal('forbidden', `${actorId} is muted in ${roomId}`)
  if (kind === 'message') return intent.message?.replyTo === undefined ? null : permitTarget(state, actorId, intent.message.replyTo)
  if (intent.messageId !== undefined) return permitChange(state, intent, intent.messageId)
  return permitAboutMember(state, intent)
}

function permitTarget(state: RoomState, actorId: string, messageId: string): Refusal | null {
  const message = state.message(messageId)
  const isThere = message !== undefined && mayRead(state.membership, actorId, message.seq)
  return isThere ? null : refusal('not_found', `there is no message ${messageId} in ${state.roomId}`)
}

function permitVerdict({ roomId, message }: RoomState, messageId: string): Refusal | null {
  const state = message(messageId)
  return state === undefined || state.isGone ? refusal('not_found', `there is no message ${messageId} in ${roomId}`) : null
}

function permitChange(state: RoomState, { kind, actorId }: Intent, messageId: string): Refusal | null {
  const message = state.message(messageId)
  if (message === undefined || message.isGone || !mayRead(state.membership, actorId, message.seq))
    return refusal('not_found', `there is no message ${messageId} in ${state.roomId}`)
  const isAuthor = message.senderId === actorId
  if (kind === 'edit' && !isAuthor) return refusal('forbidden', 'only its author may edit a message')
  if (kind === 'delete')
    return isAuthor || isModerator(state.membership, actorId) ? null : refusal('forbidden', 'only its author or a moderator may delete a message')
  if (kind === 'moderate')
    return outranks(state.membership, actorId, message.senderId) ? null : refusal('forbidden', `${actorId} may not moderate messages of ${message.senderId}`)
  return message.isHeld ? refusal('held', 'the message is held for review') : null
}

function permitAboutMember({ roomId, membership }: RoomState, { kind, actorId, payload }: Intent): Refusal | null {
  const userId = payload?.userId ?? actorId
  if (kind === 'leave' && userId === actorId) return null
  const isPresent = currentJoin(membership, userId) !== null
  const isKnown = kind === 'ban' || (kind === 'mute' ? membership.has(userId) : isPresent)
  if (kind === 'role') {
    if (roleOf(membership, actorId) !== 'owner') return refusal('forbidden', 'only an owner gives roles')
    if (!isPresent) return refusal('not_found', `${userId} is not a member of ${roomId}`)
    const isLastOwner = userId === actorId && payload?.role !== 'owner' && !hasOtherOwner(membership, actorId)
    return isLastOwner ? refusal('forbidden', 'a room needs an owner') : null
  }
  if (!outranks(membership, actorId, userId) || userId === actorId)
    return refusal('forbidden', `${actorId} may not ${kind === 'leave' ? 'kick' : kind} ${userId}`)
  return isKnown ? null : refusal('not_found', `${userId} is not a member of ${roomId}`)
}

/** Moderators over members, owners over everybody; over oneself, whoever moderates. */
function outranks(membership: Membership, actorId: string, userId: string): boolean {
  if (!isModerator(membership, actorId)) return false
  const role = roleOf(membership, actorId)
  return role === 'owner' || actorId === userId || ranks[role] > ranks[roleOf(membership, userId)]
}

function hasOtherOwner(membership: Membership, user: string): boolean {
  return [...membership].some(([userId, { role }]) => userId !== user && role === 'owner' && currentJoin(membership, userId) !== null)
}
