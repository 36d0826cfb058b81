/** What `openHistory` gives: the merged, time-ordered columns of a run and the tables that its ids point into. */
import type { JournalStage } from '../../system/journal-rows.ts'
import type { accessWays, phases } from './codes.ts'

/** One entry per row over all writers, sorted by time (ties: writer order, then row order). Ids are remapped to the merged tables. */
export interface Columns {
  length: number
  /** Nanoseconds since the start of the run. Exact up to 2^53. */
  tNs: Float64Array
  client: Int32Array
  session: Int32Array
  /** Index into `History.rooms`; -1 when none. */
  room: Int32Array
  kind: Uint8Array
  layer: Uint8Array
  /** Dense index into `History.messages`; -1 when none. */
  message: Int32Array
  seq: Int32Array
  rev: Int32Array
  /** Where kinds.ts says "name id": index into `History.names`. */
  value: Int32Array
}

/** Every message that any row speaks of. Foreign ones (not sent by a client of the run) have client -1. */
export interface MessageTable {
  length: number
  client: Int32Array
  counter: Int32Array
  /** Name id of the foreign identity, or -1. */
  foreign: Int32Array
}

export interface JournalRows {
  length: number
  tNs: Float64Array
  /** Index into `History.nodes`. */
  node: Int32Array
  boot: Int32Array
  stage: Uint8Array
  room: Int32Array
  seq: Int32Array
  /** Of a user: index into `History.names`. */
  count: Int32Array
  extra: Int32Array
  /** Dense message index by operationId, -1 when no client of the run used that id; of stages about an upload, its uploadId as index into `History.names`. */
  message: Int32Array
}

export type FileState = 'closed' | 'truncated' | 'corrupt' | 'trailing'
export interface WriterFile {
  name: string
  writer: string
  state: FileState
  rows: number
  /** byte offset where reading stopped */ offset: number
  detail: string | null
  /** a planned kill explains the cut */ explained: boolean
}

export interface ClientInfo {
  number: number
  user: string
  device: string
  cohort: string
  role: string
  rooms: readonly string[]
}
export interface FaultRecord {
  fault: string
  target: string
  injectedAtMs: number
  healedAtMs: number | null
  bit: boolean
  evidence: readonly string[]
  heal: string | null
  divergence: string | null
  /** whether the plan lets it end by itself */ permanent: boolean
}

export interface History {
  folder: string
  columns: Columns
  names: readonly string[]
  rooms: readonly string[]
  nodes: readonly string[]
  /** Those of `nodes` that serve no clients. */
  workers?: readonly string[]
  messages: MessageTable
  clients: readonly ClientInfo[]
  journals: JournalRows
  files: readonly WriterFile[]
  /** Why the record as a whole can't be trusted; empty for a sound one. */
  defects: readonly string[]
  phases: readonly { name: keyof typeof phases; startMs: number; endMs: number }[]
  faults: readonly FaultRecord[]
  /** What clients could not do of their script; the record of what they did is sound all the same. */
  failedSteps: readonly string[]
  /** How the nodes were told to give files out; absent: not told, or none were shared. */
  fileAccess?: keyof typeof accessWays
  /** The violation at which the run was ended, before it came to settle. */
  endedEarly?: string
  /** From the manifest. */
  settleMs: number
  quiescenceMs: number
  capabilities: readonly string[]
  /** Rows of one kind, in time order (indexes into columns). Computed once per kind. */
  rowsOf(kind: string): Int32Array
  journalRowsOf(stage: JournalStage): Int32Array
}
