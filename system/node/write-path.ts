/** Join, leave and send: authorise on folded state, commit, fold, publish, answer. Nothing here waits for Redis. */
import { saved } from './changes.ts'
import { currentJoin } from './folds.ts'
import { refusal } from './refusal.ts'
import type { JoinAck, JoinRequest, SendAck, SendRequest } from '../protocol.ts'
import type { Intent } from './entries.ts'
import type { NodeContext } from './context.ts'
import type { AppendOutcome, RoomLog } from './room-log.ts'
import type { ChatSocket, SessionData } from './socket-types.ts'

export async function join(context: NodeContext, socket: ChatSocket, request: JoinRequest): Promise<JoinAck> {
  if (context.isDraining()) return refusal('draining', 'this node is closing')
  const { user } = socket.data
  const limited = context.limits.room((await context.rooms.roomsOf(user)).filter((name) => name !== request.room).length)
  if (limited !== null) return limited
  const room = await context.rooms.create(request.room)
  const answer = await changeMembership(context, room, 'join', user, request)
  if (answer.ok && socket.connected && currentJoin(room.membership, user) !== null) context.parts.entrance.enter(socket, room.roomId)
  return answer
}

export async function leave(context: NodeContext, { user }: SessionData, request: JoinRequest): Promise<JoinAck> {
  if (context.isDraining()) return refusal('draining', 'this node is closing')
  const room = await context.rooms.open(request.room)
  if (room === null) return refusal('forbidden', `${user} is not a member of ${request.room}`)
  return changeMembership(context, room, 'leave', user, request)
}

/** Always looks for an earlier attempt: these requests don't say which one they are, and after a leave that was acked in vain the user is no member. */
async function changeMembership(context: NodeContext, room: RoomLog, kind: 'join' | 'leave', user: string, request: JoinRequest): Promise<JoinAck> {
  const intent: Intent = { id: context.newId(), kind, actorId: user, operationId: request.operationId, attempt: 1, payload: { userId: user } }
  const found = await context.parts.log.findOperation(user, request.operationId)
  const outcome = found === null ? await context.parts.writePath.append(room, intent) : await room.resendOutcome(found, intent)
  if (!outcome.ok) return outcome
  // So that `further` of a sync on another node names the room at once.
  await saved(context, room)
  return { ok: true, seq: outcome.seq, epoch: outcome.epoch, duplicate: outcome.duplicate }
}

export async function send(context: NodeContext, session: SessionData, request: SendRequest): Promise<SendAck> {
  const { room, clientMessageId: operationId, attempt } = request
  const { journal } = context.parts
  journal.write('received', { room, count: attempt, operationId })
  const answer = await sendOutcome(context, session, request)
  if (answer.ok) journal.write('acked', { room, seq: answer.seq, count: attempt, extra: answer.duplicate ? 1 : 0, operationId })
  else journal.write('refused', { room, count: attempt, operationId })
  return answer
}

async function sendOutcome(context: NodeContext, { user, device }: SessionData, request: SendRequest): Promise<AppendOutcome> {
  if (context.isDraining()) return refusal('draining', 'this node is closing')
  const limited = await context.limits.sends.take(user)
  if (limited !== null) return limited
  const room = await context.rooms.open(request.room)
  if (room === null) return refusal('forbidden', `${user} is not a member of ${request.room}`)
  const { clientMessageId, clientSeq, attempt, type, body, clientCreatedAt, replyTo, attachments: uploadIds = [] } = request
  const reply = replyTo === undefined ? {} : { replyTo }
  const message = { senderId: user, deviceId: device, clientMessageId, clientSeq, type, body, clientCreatedAt, ...reply }
  const intent: Intent = { id: context.newId(), kind: 'message', actorId: user, operationId: clientMessageId, attempt, message, uploadIds }
  // A file may not be attachable any more when the message that carries it is stored long since.
  if (attempt > 1 || uploadIds.length > 0) {
    // An earlier attempt may be stored: then it is acked, whatever membership says now.
    const found = await context.parts.log.findOperation(user, clientMessageId)
    if (found !== null) return room.resendOutcome(found, intent)
  }
  if (uploadIds.length === 0) return context.parts.writePath.append(room, intent)
  const attached = await context.files.attach(user, request.room, uploadIds)
  if (!attached.ok) return attached
  const outcome = await context.parts.writePath.append(room, { ...intent, message: { ...message, attachments: attached.attachments } })
  if (outcome.ok) context.files.committed(uploadIds)
  return outcome
}
