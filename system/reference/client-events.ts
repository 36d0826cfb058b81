/** Every event that a client sends. */
import * as protocol from '../protocol.ts'
import { defaultFiles, defaultLimits } from './default-limits.ts'
import type { ClientEvents } from './reference-row.ts'

const { attachmentLimit, bodyLimitBytes, fileNameLimitBytes, pageLimit } = protocol

const draining = 'the node is closing; send it to another one'
const idReused = 'the operationId was used for something else'
const queueFull = 'too many, or the room has 5000 appends waiting'
const notMember = 'the caller is no member of the room'
const change = {
  answer: {
    id: 'server id of the entry (UUIDv7)',
    seq: 'its seq in the room',
    epoch: 'epoch of the room',
    duplicate: 'true: this operationId was done before; here is its first answer',
  },
  limit: `${defaultLimits.changesPerSecond} changes a second and user`,
}
const common = { id_reused: idReused, rate_limited: queueFull, draining }
const exclusion = {
  ...change.answer,
  state: '`done`: every live node has confirmed. `pending`: committed, not confirmed by all; ask again with the same operationId',
}
const presenceLimit = `${defaultLimits.presenceEventsPerSecond} presence events a second and user, all kinds together`
const bodyRule = `\`body\` has at most ${bodyLimitBytes} bytes of UTF-8; a larger one is \`too_large\`.`

export const clientEvents: ClientEvents = {
  join: {
    does: 'Joins a room, which is made if there is none; its first member owns it. From the answer on this socket gets its entries live.',
    schema: protocol.joinRequest,
    answer: { seq: 'seq of the join, or of the join that still holds', epoch: 'epoch of the room', duplicate: 'true: the caller was a member already' },
    errors: { ...common, forbidden: 'the caller is banned, or the room is closed', rate_limited: 'too many rooms, or the room has 5000 appends waiting' },
    limit: `${defaultLimits.roomsPerUser} rooms a user`,
  },
  leave: {
    does: 'Leaves a room; nothing after the leave is shown to the caller.',
    schema: protocol.leaveRequest,
    answer: { seq: 'seq of the leave', epoch: 'epoch of the room', duplicate: 'true: done before' },
    errors: { ...common, forbidden: notMember },
  },
  'message:send': {
    does: 'Commits a message. The ack means that it is stored; every member gets it as an `entry`, the sender too.',
    schema: protocol.sendRequest,
    rules: [
      bodyRule,
      '`attachments` go with `type` `file`, and with no other; each of them once. Members see a placeholder until `upload-state` says `clean`.',
      'Send one message at a time per device and room: order needs it. A resend keeps `clientMessageId`, `clientSeq`, `body` and `attachments`, and raises `attempt`.',
      'After a timeout or a disconnect, send again: it is stored once whatever happened.',
    ],
    answer: {
      id: 'server id of the message (UUIDv7): `messageId` in later requests',
      seq: 'its seq in the room',
      epoch: 'epoch of the room',
      duplicate: 'true: it was stored by an earlier attempt',
    },
    errors: {
      ...common,
      too_large: 'the body',
      forbidden: 'no member, muted, the room is closed, or an attachment is no upload of the caller in this room',
      not_found: '`replyTo` names no message that the caller may read',
      not_uploaded: 'an attachment is reserved, and `upload:complete` is still to come',
      infected: 'an attachment is infected',
      upload_mismatch: 'what was uploaded for an attachment is not what was reserved, or it could not be scanned',
      upload_expired: 'an attachment was not completed in time, or in no message for too long',
    },
    limit: `${defaultLimits.sendsPerSecond} sends a second and user; body ${bodyLimitBytes} bytes, ${attachmentLimit} attachments`,
  },
  'message:edit': {
    does: 'Gives a message another body; by its author only.',
    schema: protocol.editRequest,
    rules: [bodyRule],
    ...change,
    errors: {
      ...common,
      too_large: 'the body',
      forbidden: 'not its author, no member, muted, or the room is closed',
      not_found: 'no such message, or it is gone',
      held: 'the message is held for review',
    },
  },
  'message:delete': {
    does: 'Blanks a message, its edits and what it is found by; by its author, a moderator or the owner.',
    schema: protocol.deleteRequest,
    ...change,
    errors: { ...common, forbidden: 'neither author nor moderator, or no member', not_found: 'no such message, or it is gone' },
  },
  'message:react': {
    does: 'Adds a reaction of the caller to a message, or takes it away.',
    schema: protocol.reactRequest,
    ...change,
    errors: {
      ...common,
      forbidden: 'no member, muted, or the room is closed',
      not_found: 'no such message, or it is gone',
      held: 'the message is held for review',
    },
  },
  'message:moderate': {
    does: 'Holds a message (hidden from all but its author and moderators) until released, or removes it; by moderators over members, by owners over all.',
    schema: protocol.moderateRequest,
    ...change,
    errors: { ...common, forbidden: 'the caller does not outrank the author', not_found: 'no such message, or it is gone' },
  },
  'member:role': {
    does: 'Gives a member a role; by an owner. The last owner stays one.',
    schema: protocol.roleRequest,
    ...change,
    errors: { ...common, forbidden: 'not an owner, or the last one', not_found: 'the user is no member' },
  },
  'member:kick': {
    does: 'Puts a member out. The user may join again.',
    schema: protocol.kickRequest,
    rules: ['Of oneself: `invalid`; whoever wants to go leaves.'],
    ...change,
    answer: exclusion,
    errors: { ...common, forbidden: 'the caller does not outrank the user, or is no member', not_found: 'the user is no member' },
  },
  'member:ban': {
    does: 'Bans a user, member or not, until a time or for good; a member is put out. `banned: false` lifts it.',
    schema: protocol.banRequest,
    ...change,
    answer: exclusion,
    errors: { ...common, forbidden: 'the caller does not outrank the user, or is no member' },
  },
  'member:mute': {
    does: 'Mutes a user who is or was a member: sends, edits and reactions are `forbidden` until the time. `muted: false` lifts it.',
    schema: protocol.muteRequest,
    ...change,
    errors: { ...common, forbidden: 'the caller does not outrank the user, or is no member', not_found: 'the user was never a member' },
  },
  'room:retention': {
    does: 'Sets how long the room keeps messages, and the legal hold that suspends it; by the owner.',
    schema: protocol.retentionRequest,
    answer: {},
    errors: { forbidden: 'not the owner', draining, unavailable: 'no object store to archive to, or a purge that began before is not done yet' },
  },
  'upload:reserve': {
    does: 'Asks for a place for a file. The bytes go to the object store by one PUT, never over this connection.',
    schema: protocol.uploadReserveRequest,
    rules: [
      `\`name\` has at most ${fileNameLimitBytes} bytes of UTF-8 in normalisation form C, without control, format or path characters, a leading dot, or spaces around it.`,
      `A file has at most ${defaultFiles.limitBytes} bytes; a larger one is \`too_large\`.`,
      'The PUT must carry exactly the headers of the answer and as many bytes as reserved: the store refuses any other.',
      'Pages of any origin may send it where the bucket has no CORS rules of its own and the store knows such rules; elsewhere the bucket must allow PUT with `content-type` and `x-amz-checksum-sha256`.',
      'The same request again gives the same upload, and a URL for what is left of its time.',
    ],
    answer: {
      uploadId: 'what `upload:complete` and `attachments` take',
      put: '`{url, headers}`: the one PUT that the store takes for it',
      expiresAt: 'the PUT must begin before; milliseconds since the Unix epoch',
      duplicate: 'true: this operationId has reserved it before',
    },
    errors: {
      id_reused: idReused,
      draining,
      too_large: 'the file',
      forbidden: notMember,
      rate_limited: 'too many bytes, or too many changes',
      upload_expired: 'this operationId reserved a place whose time is over: take another one',
      unavailable: 'the node has no object store',
    },
    limit: `${defaultLimits.uploadBytesPerMinute} bytes a minute and user; file ${defaultFiles.limitBytes} bytes`,
  },
  'upload:complete': {
    does: 'Says that the bytes are in the object store. The node copies them to a place of its own, which is checked, scanned and served; a later PUT changes nothing.',
    schema: protocol.uploadCompleteRequest,
    answer: { uploadId: 'the upload', state: '`scanning`, or what it has become since when this is asked again' },
    errors: {
      draining,
      forbidden: notMember,
      not_found: 'no such upload of the caller in this room',
      not_uploaded: 'the store has no such bytes yet',
      upload_mismatch: 'they have another length, type or hash than reserved: reserve again',
      upload_expired: 'not completed in time: reserve again',
      rate_limited: 'too many',
      unavailable: 'the object store did not answer, or the node has none',
    },
    limit: change.limit,
  },
  'file:url': {
    does: 'Asks where a clean file of a message may be fetched now, by GET. Ask when it is shown.',
    schema: protocol.fileUrlRequest,
    rules: ['The caller must be a member, have been one at the seq of a message with this file, and see that message.'],
    answer: {
      url: 'absolute; with `proxy` a path on the node: see `GET /files/:uploadId`',
      access: '`public` (whoever has it may fetch it, for long), `signed` (likewise, until it expires) or `proxy` (membership is checked at each request)',
      expiresAt: 'milliseconds since the Unix epoch; null with `proxy`',
    },
    errors: {
      forbidden: notMember,
      not_found: 'no message with this file that the caller may see',
      not_clean: 'not scanned yet, or it could not be',
      infected: 'never served',
      upload_expired: 'gone',
      unavailable: 'the node has no object store',
    },
  },
  'sync:begin': {
    does: 'After every connect: puts this socket into the rooms named and replays what it missed; until then it gets nothing of them.',
    schema: protocol.syncRequest,
    rules: [
      'At most 1000 rooms. For a room just heard of, give `appliedSeq` one less than the seq of one’s join.',
      'After the answer, per room in turn: `sync:reset` or a number of `sync:page` (each acked by the client within 5 s, else the connection is closed), then `sync:complete`. Live entries flow meanwhile.',
      'A new `sync:begin` ends the replay of the one before.',
    ],
    answer: {
      rooms: 'those that will be replayed; a room missing here is one the caller is no member of',
      further: 'other rooms of the caller, not named in the request',
    },
    errors: { rate_limited: 'too many syncs at once' },
    limit: `${defaultLimits.pendingSyncs} syncs at once and node`,
  },
  'range:get': {
    does: 'Reads the entries `after < seq <= upTo`, for a gap in what was received.',
    schema: protocol.rangeRequest,
    rules: [`\`upTo - after\` is 1 to ${pageLimit}.`],
    answer: { entries: 'those that the caller may read, in seq order', head: 'newest seq of the room' },
    errors: { forbidden: notMember, epoch_changed: 'the room has another epoch' },
  },
  'history:page': {
    does: 'Reads a window of `limit` seqs: below `before`, above `after`, around `around`, or up to the head.',
    schema: protocol.historyRequest,
    rules: ['At most one of `before`, `after` and `around`.'],
    answer: {
      entries: 'those in the window that the caller may read, in seq order; perhaps fewer than `limit`',
      epoch: 'epoch of the room',
      from: 'the window is `from < seq <= to`',
      to: 'see `from`',
      head: 'newest seq of the room',
      hasMore: 'whether seqs that the caller may read lie at or below `from`: go on with `before: from + 1`',
    },
    errors: { forbidden: notMember },
  },
  'archive:page': {
    does: 'Reads archived entries back, newest first by window.',
    schema: protocol.archiveRequest,
    answer: { entries: 'in seq order', hasMore: 'whether older ones are archived' },
    errors: { forbidden: notMember, unavailable: 'the node has no object store' },
  },
  'cursor:set': {
    does: 'Says how far this device has received and its user has read. Watermarks only rise; none passes the head.',
    schema: protocol.cursorRequest,
    rules: ['`readSeq <= deliveredSeq`. Rooms of which the caller is no member are left out silently.'],
    answer: {},
    errors: {},
  },
  'unread:get': {
    does: 'Counts visible messages of others after the user’s highest `readSeq`.',
    schema: protocol.unreadRequest,
    answer: { rooms: 'room -> `{count, readSeq}`; rooms of which the caller is no member are left out' },
    errors: {},
  },
  search: {
    does: 'Finds messages by words, newest first, in one room or in all rooms of the caller.',
    schema: protocol.searchRequest,
    rules: ['Words are normalised (NFKC, case, diacritics); all must be there, the last as a prefix. A query without a word is `invalid`.'],
    answer: { hits: 'list of `{room, entry}`' },
    errors: { forbidden: notMember },
  },
  'presence:get': {
    does: 'Asks who is there.',
    schema: protocol.presenceGetRequest,
    answer: { users: 'user -> `{state, lastSeenAt}`; `unknown` for users without a common room, and while the node has no Redis' },
    errors: { rate_limited: 'too many' },
    limit: presenceLimit,
  },
  'presence:set': {
    does: 'Says that this connection is idle, or active again.',
    schema: protocol.presenceSetRequest,
    answer: {},
    errors: { rate_limited: 'too many' },
    limit: presenceLimit,
  },
  typing: {
    does: 'Says that the caller types in a room, or stopped. Repeat it while typing goes on: it expires after 5 s.',
    schema: protocol.typingRequest,
    answer: {},
    errors: { forbidden: notMember, rate_limited: 'too many' },
    limit: presenceLimit,
  },
  'room:focus': {
    does: 'Says which room is open on the screen.',
    schema: protocol.focusRequest,
    answer: {},
    errors: { forbidden: notMember, rate_limited: 'too many' },
    limit: presenceLimit,
  },
  'token:renew': {
    does: 'Replaces the token of this connection, before it expires.',
    schema: protocol.renewRequest,
    answer: { expiresAt: 'milliseconds since the Unix epoch' },
    errors: { forbidden: 'not valid, or for another user or device' },
  },
}
