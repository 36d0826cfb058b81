/** Shapes inside answers and events. */
import type { Attachment, EntryChange, EntryKind, MemberInterval, MessageContent, WireEntry } from '../protocol.ts'
import type { Shape } from './reference-row.ts'

const wireEntry: Record<keyof WireEntry, string> = {
  room: 'the room',
  epoch: 'random id made with the room; a view of another epoch is void',
  seq: 'position in the room’s log: 1, 2, 3... without gaps',
  rev: 'seq of the last entry folded into this one, purges aside; a change with a seq at or below the `rev` of its message is in the message already',
  id: 'server id of the entry (UUIDv7); of a message: its `messageId`',
  actorId: 'user who did it; `system` for what a node did by itself',
  operationId: 'of the request; of a message: its `clientMessageId`',
  at: 'milliseconds since the Unix epoch, by the clock of the node that accepted it',
  kind: 'see "Kinds of entry"',
  message: '`MessageContent`, when `kind` is `message`',
  change: 'see "Kinds of entry"; in every kind but `message`, `join` and `closed`',
  previousRev: 'of a change of a message: `rev` of the message before it',
}
const messageContent: Record<keyof MessageContent, string> = {
  senderId: 'user',
  deviceId: 'device',
  clientMessageId: 'as sent',
  clientSeq: 'as sent',
  type: '`text`, or `file` when it has attachments',
  attachments: 'optional: list of `Attachment`; gone with the body',
  body: 'as sent or edited last; null once deleted, removed or purged, and in the stub of a held message',
  clientCreatedAt: 'as sent',
  replyTo: 'optional: `messageId` of the message that it answers',
  editedAt: 'optional: time of the last edit',
  edits: 'optional: number of edits',
  deleted: 'optional: `{at, by, kind}`; `kind` is `author`, `moderator` or `retention`',
  reactions: 'optional: emoji -> users, in the order in which they reacted',
  moderation: 'optional: `held` or `removed`',
}
const kinds: Record<EntryKind, string> = {
  message: 'a message; no `change`',
  edit: '`{kind, messageId, body}`',
  delete: '`{kind, messageId, by}`; `by` is `author`, `moderator` or `retention`',
  react: '`{kind, messageId, emoji}`',
  unreact: '`{kind, messageId, emoji}`',
  moderate: '`{kind, messageId, action, message?}`; a `release` carries the message',
  join: '`actorId` joined; no `change`',
  leave: '`{kind, userId, reason?}`; a kick when `userId` is not `actorId`',
  role: '`{kind, userId, role}`',
  ban: '`{kind, userId, banned, until, reason?}`; a ban of a member ends the stay',
  mute: '`{kind, userId, muted, until, reason?}`',
  'upload-state': '`{kind, messageId, uploadId, state}`: what became of a file of the message; by `system`',
  purged: '`{kind, throughSeq, archived}`: messages up to there went by the room’s retention',
  closed: 'the room has ended for good; no `change`',
} satisfies Record<EntryKind | EntryChange['kind'], string>
const attachment: Record<keyof Attachment, string> = {
  uploadId: 'what `file:url` takes',
  name: 'what a person calls it: shown, never a path',
  bytes: 'length',
  contentType: 'media type, as its sender named it',
  sha256: 'of the content, 64 hex digits',
  state: '`scanning`: show a placeholder; `clean`: ask `file:url` for it; `infected`, `error` and `expired`: it is never served',
}
const memberInterval: Record<keyof MemberInterval, string> = {
  userId: 'user',
  joinedSeq: 'seq of the join',
  leftSeq: 'seq of the leave; null while the user stays',
}

export const shapes: readonly Shape[] = [
  { name: 'WireEntry', says: 'One entry of a room’s log, the same live, in pages, in ranges and in exports.', fields: wireEntry },
  { name: 'MessageContent', says: 'What a message is now, with everything later entries made of it.', fields: messageContent },
  { name: 'Attachment', says: 'A file of a message.', fields: attachment },
  { name: 'Kinds of entry', says: '`kind` of a `WireEntry`, and its `change`.', fields: kinds },
  { name: 'MemberInterval', says: 'One stay of a user in a room. Nothing with a seq outside one’s stays is shown.', fields: memberInterval },
]
