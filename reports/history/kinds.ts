/**
 * The rows of a history. One row an event, one row a delivery, 38 bytes:
 * `t_ns int64, client int32, session int32, room int32, kind uint8, layer uint8, message int32, seq int32, rev int32, value int32`.
 * A column that a kind doesn't use holds -1 (layer: 0). What each kind puts where is told beside it in kinds/, and docs/history.md is made from that.
 */
import { auditKinds } from './kinds/audit.ts'
import { changeRowKinds } from './kinds/changes.ts'
import { fileKinds } from './kinds/files.ts'
import { messageKinds } from './kinds/messages.ts'
import { readKinds } from './kinds/reads.ts'
import { runKinds } from './kinds/run.ts'
import { sessionKinds } from './kinds/sessions.ts'

export const historyVersion = 1

/** Own message ids: `client * messagesPerClient + counter`, counter from 0; below zero: a foreign message, -(name id) - 2. */
export const messagesPerClient = 65_536

export const kinds = {
  ...messageKinds,
  ...sessionKinds,
  ...changeRowKinds,
  ...readKinds,
  ...fileKinds,
  ...runKinds,
  ...auditKinds,
} as const
export type Kind = keyof typeof kinds
