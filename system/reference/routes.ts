/** Every HTTP route of a node. */
import type { Route } from './reference-row.ts'

const bearer = (who: string) => `\`Authorization: Bearer <token>\`, the same token as for a connect, ${who}`
const refusals: Route['answers'] = [
  [401, 'no token (`unauthorized`), or not a valid one (`unauthorized`, `token_expired`)'],
  [405, '`method_not_allowed`: another method than GET'],
  [503, '`unavailable`: the store did not answer, or the lease of the node has run out; retryable'],
]
const stream = 'NDJSON in one stream that waits for a slow reader'

export const routes: readonly Route[] = [
  { method: 'any', path: '/health/live', does: 'Whether the process runs.', authorisation: 'none', answers: [[200, '`{"live":true}`']] },
  {
    method: 'any',
    path: '/health/ready',
    does: 'Whether it can serve. Redis has no say in it.',
    authorisation: 'none',
    answers: [
      [200, '`{"ready":true,"why":null}`'],
      [503, '`{"ready":false,"why":"..."}`'],
    ],
  },
  {
    method: 'any',
    path: '/health/state',
    does: 'What it holds now.',
    authorisation: 'none',
    answers: [[200, '`{"node","boot","sockets","openRooms","pendingAppends","pendingCursors","untoldReceipts"}`']],
  },
  {
    method: 'any',
    path: '/metrics',
    does: 'Metrics for Prometheus.',
    authorisation: 'none',
    answers: [
      [200, 'text format 0.0.4'],
      [500, '`{"error"}`'],
    ],
  },
  {
    method: 'GET',
    path: '/rooms/:room/export',
    does: `The whole log of a room, as ${stream}.`,
    authorisation: bearer('of an owner of the room'),
    answers: [
      [
        200,
        'first line `{"room","epoch","head"}`, then one `WireEntry` a line in seq order, last `{"end":true,"entries":<count>}`; without the last line it was cut',
      ],
      [403, '`forbidden`: not an owner'],
      [404, '`not_found`: no such room'],
      ...refusals,
    ],
  },
  {
    method: 'GET',
    path: '/audit-log',
    does: `Exclusions, roles, moderation, deletions by others, purges and retention of all rooms, as ${stream}.`,
    authorisation: bearer('with the claim `auditor: true`'),
    answers: [
      [
        200,
        'one record a line: `{"_id","roomId","epoch","seq","at","actorId","action","userId"?,"messageId"?,"detail"}`; last `{"end":true,"records":<count>}`',
      ],
      [403, '`forbidden`: no auditor'],
      ...refusals,
    ],
  },
  {
    method: 'GET',
    path: '/files/:uploadId',
    does: 'A clean file of a message. Only on nodes where `access` is `proxy`. Pages of any origin may ask.',
    authorisation: bearer('of a member who sees a message with it'),
    answers: [
      [200, 'the bytes, to be saved: `content-disposition: attachment`; fewer than `content-length` says: it was cut'],
      [403, '`forbidden`: not a member of its room'],
      [404, '`not_found`: no message with it that the caller sees'],
      [409, '`not_clean`: not scanned yet, or it could not be; retryable'],
      [410, '`infected` or `upload_expired`: never served'],
      ...refusals,
    ],
  },
  {
    method: 'any',
    path: 'anything else',
    does: 'There is nothing else besides Socket.IO’s own path.',
    authorisation: 'none',
    answers: [[404, '`{"error":"not_found"}`']],
  },
]
