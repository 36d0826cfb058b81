/** What a person does to messages and members: entries of the room's log, each asked for under one operationId until its outcome is known. */
import type { ExclusionAck, ModerateRequest, RetentionRequest, Role } from '../protocol.ts'
import type { Operations, Result } from './operations.ts'

/** Where the entry stands that an operation has made. */
export type Change = Result<{ id: string; seq: number; epoch: string; duplicate: boolean }>
/** `pending`: committed, but not every node has confirmed in time that it relays nothing more to them. */
export type Exclusion = Result<{ id: string; seq: number; epoch: string; duplicate: boolean; state: Extract<ExclusionAck, { ok: true }>['state'] }>

export interface Verbs {
  /** By the author only. */
  edit: (room: string, messageId: string, body: string) => Promise<Change>
  /** By the author, a moderator or the owner. */
  deleteMessage: (room: string, messageId: string, reason?: string) => Promise<Change>
  react: (room: string, messageId: string, emoji: string) => Promise<Change>
  unreact: (room: string, messageId: string, emoji: string) => Promise<Change>
  /** `hold` hides a message from all but its author and moderators until `release`; `remove` blanks it for good. */
  moderate: (room: string, messageId: string, action: ModerateRequest['action'], reason?: string) => Promise<Change>
  setRole: (room: string, userId: string, role: Role) => Promise<Change>
  /** `ok` with `done` once no node relays anything more to them. */
  kick: (room: string, userId: string, reason?: string) => Promise<Exclusion>
  /** `until`: milliseconds since the Unix epoch, null: without end. */
  ban: (room: string, userId: string, ban: { banned: boolean; until?: number | null; reason?: string }) => Promise<Exclusion>
  mute: (room: string, userId: string, mute: { muted: boolean; until?: number | null; reason?: string }) => Promise<Change>
  /** By the owner. */
  setRetention: (room: string, policy: RetentionRequest['policy'], legalHold: boolean) => Promise<Result>
}

export function createVerbs(operations: Operations, identity: () => string): Verbs {
  const because = (reason: string | undefined): { reason?: string } => (reason === undefined ? {} : { reason })
  const isPending = ({ state }: { state: 'done' | 'pending' }): boolean => state === 'pending'
  const toReact = (room: string, messageId: string, emoji: string, remove: boolean): Promise<Change> =>
    operations.ask('message:react', { room, operationId: identity(), messageId, emoji, remove })

  return {
    edit: (room, messageId, body) => operations.ask('message:edit', { room, operationId: identity(), messageId, body }),
    deleteMessage: (room, messageId, reason) => operations.ask('message:delete', { room, operationId: identity(), messageId, ...because(reason) }),
    react: (room, messageId, emoji) => toReact(room, messageId, emoji, false),
    unreact: (room, messageId, emoji) => toReact(room, messageId, emoji, true),
    moderate: (room, messageId, action, reason) => operations.ask('message:moderate', { room, operationId: identity(), messageId, action, ...because(reason) }),
    setRole: (room, userId, role) => operations.ask('member:role', { room, operationId: identity(), userId, role }),
    kick: (room, userId, reason) => operations.ask('member:kick', { room, operationId: identity(), userId, ...because(reason) }, isPending),
    ban: (room, userId, { banned, until = null, reason }) =>
      operations.ask('member:ban', { room, operationId: identity(), userId, banned, until, ...because(reason) }, isPending),
    mute: (room, userId, { muted, until = null, reason }) =>
      operations.ask('member:mute', { room, operationId: identity(), userId, muted, until, ...because(reason) }),
    setRetention: (room, policy, legalHold) => operations.ask('room:retention', { room, policy, legalHold }),
  }
}
