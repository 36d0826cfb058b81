/** Every event that a node sends. */
import type { ServerEvents } from './reference-row.ts'

export const serverEvents: ServerEvents = {
  hello: {
    does: 'The first event of every connection.',
    payload: { node: 'name of the node', bootId: 'another one after each start of the node', protocol: 'version of this protocol' },
  },
  entry: {
    does: 'One entry of a room’s log, live; see `WireEntry`. Apply it when `seq` is one more than the last applied; drop it when it is lower; ask `range:get` for what is missing when it is higher.',
    payload: {
      room: 'the room',
      epoch: 'its epoch',
      seq: 'its seq',
      rev: 'seq of the last entry folded into it',
      id: 'server id',
      actorId: 'who did it',
      operationId: 'of the request',
      at: 'milliseconds since the Unix epoch',
      kind: 'what it is',
      message: 'when `kind` is `message`',
      change: 'in every other kind but `join` and `closed`',
      previousRev: 'of a change of a message',
    },
  },
  'sync:page': {
    does: 'A page of the replay. The next one waits for the ack.',
    payload: { room: 'the room', epoch: 'its epoch', entries: 'list of `WireEntry` in seq order' },
    ack: 'Call the ack without arguments, within 5 s.',
  },
  'sync:complete': {
    does: 'The replay of a room is over.',
    payload: {
      room: 'the room',
      epoch: 'its epoch',
      head: 'the seq that the replay reached',
      members: 'list of `{userId, joinedSeq, leftSeq}`: every stay; `leftSeq` is null while it lasts',
      cursors: 'list of `{userId, deviceId, deliveredSeq, readSeq}`',
    },
  },
  'sync:reset': {
    does: 'No replay: forget the view of the room, and page back from the head with `history:page`.',
    payload: { room: 'the room', epoch: 'its epoch now', head: 'newest seq', reason: '`epoch_changed`, `gap_over_limit`, `unknown_cursor` or `rejoined`' },
  },
  heartbeat: {
    does: 'Heads of rooms, read from the store. A client below a head for more than a second asks `range:get` for what is missing.',
    payload: { rooms: 'room -> `{epoch, head}`' },
  },
  receipts: {
    does: 'Watermarks of members that changed.',
    payload: { room: 'the room', cursors: 'list of `{userId, deviceId, deliveredSeq, readSeq}`' },
  },
  presence: {
    does: 'Presence that changed, of users who share a room with the receiver.',
    payload: { users: 'user -> `{state, lastSeenAt}`; `state` is `online`, `idle`, `offline` or `unknown`' },
  },
  typing: { does: 'All who are typing in a room now; again whenever that changes.', payload: { room: 'the room', users: 'list of user ids' } },
  'room:here': { does: 'All who have the room on their screen now; again whenever that changes.', payload: { room: 'the room', users: 'list of user ids' } },
  reconnect: { does: 'The node is about to close: connect again after the delay.', payload: { afterMs: 'milliseconds' } },
  closing: {
    does: 'Sent right before the node closes the connection.',
    payload: { code: '`connected_elsewhere` (this device has connected with a higher number: stay away), `token_expired`, `draining` or `slow_consumer`' },
  },
}
