/** Changes of messages and members: each one entry of the log, authorised by the room's queue, the same answer however often it is asked. */
import { refusal } from './refusal.ts'
import type {
  BanRequest,
  ChangeAck,
  DeleteRequest,
  EditRequest,
  ExclusionAck,
  KickRequest,
  ModerateRequest,
  MuteRequest,
  ReactRequest,
  RoleRequest,
} from '../protocol.ts'
import type { NodeContext } from './context.ts'
import type { Intent } from './entries.ts'
import type { RoomLog } from './room-log.ts'
import type { SessionData } from './socket-types.ts'

type Asked = Pick<Intent, 'kind' | 'payload' | 'messageId'>
interface Named {
  room: string
  operationId: string
}

const because = (reason: string | undefined) => (reason === undefined ? {} : { reason })

export function edit(context: NodeContext, session: SessionData, request: EditRequest): Promise<ChangeAck> {
  const { messageId, body } = request
  return change(context, session, request, { kind: 'edit', messageId, payload: { body } })
}

export async function remove(context: NodeContext, session: SessionData, request: DeleteRequest): Promise<ChangeAck> {
  const { messageId, reason } = request
  const [message] = await context.parts.log.findMessages([messageId])
  const by = message?.senderId === session.user ? 'author' : 'moderator'
  return change(context, session, request, { kind: 'delete', messageId, payload: { by, ...because(reason) } })
}

export function react(context: NodeContext, session: SessionData, request: ReactRequest): Promise<ChangeAck> {
  const { messageId, emoji } = request
  return change(context, session, request, { kind: request.remove ? 'unreact' : 'react', messageId, payload: { emoji } })
}

export function moderate(context: NodeContext, session: SessionData, request: ModerateRequest): Promise<ChangeAck> {
  const { messageId, action, reason } = request
  return change(context, session, request, { kind: 'moderate', messageId, payload: { action, ...because(reason) } })
}

export function role(context: NodeContext, session: SessionData, request: RoleRequest): Promise<ChangeAck> {
  const { userId } = request
  return change(context, session, request, { kind: 'role', payload: { userId, role: request.role } })
}

export function mute(context: NodeContext, session: SessionData, request: MuteRequest): Promise<ChangeAck> {
  const { userId, muted, until, reason } = request
  return change(context, session, request, { kind: 'mute', payload: { userId, muted, until, ...because(reason) } })
}

export async function kick(context: NodeContext, session: SessionData, request: KickRequest): Promise<ExclusionAck> {
  const { userId, reason } = request
  if (userId === session.user) return refusal('invalid', 'userId: whoever wants to go leaves')
  return exclude(context, session, request, { kind: 'leave', payload: { userId, ...because(reason) } })
}

export function ban(context: NodeContext, session: SessionData, request: BanRequest): Promise<ExclusionAck> {
  const { userId, banned, until, reason } = request
  return exclude(context, session, request, { kind: 'ban', payload: { userId, banned, until, ...because(reason) } })
}

/** Committed first; then it waits for the other nodes, at every attempt anew. */
async function exclude(context: NodeContext, session: SessionData, request: Named, asked: Asked): Promise<ExclusionAck> {
  const outcome = await change(context, session, request, asked)
  if (!outcome.ok) return outcome
  const { id, seq, epoch } = outcome
  const isOut = asked.kind === 'leave' || asked.payload?.banned === true
  const state = isOut ? await context.exclusions.settle({ id, room: request.room, epoch, seq }) : 'done'
  return { ...outcome, state }
}

async function change(context: NodeContext, { user }: SessionData, { room: roomId, operationId }: Named, asked: Asked): Promise<ChangeAck> {
  if (context.isDraining()) return refusal('draining', 'this node is closing')
  const limited = await context.limits.changes.take(user)
  if (limited !== null) return limited
  const room = await context.rooms.open(roomId)
  if (room === null) return refusal('forbidden', `${user} is not a member of ${roomId}`)
  const intent: Intent = { id: context.newId(), actorId: user, operationId, attempt: 1, ...asked }
  // Looked for every time: these requests don't say which attempt they are, and what was done may have taken the right to do it.
  const found = await context.parts.log.findOperation(user, operationId)
  const outcome = found === null ? await context.parts.writePath.append(room, intent) : await room.resendOutcome(found, intent)
  if (outcome.ok && asked.messageId === undefined) await saved(context, room)
  return outcome
}

/** So that another node that answers by what is stored knows it at once. */
export async function saved(context: NodeContext, room: RoomLog): Promise<void> {
  await context.rooms.save(room).catch((error: unknown) => context.onError(error, `saving membership of ${room.roomId}`))
}
