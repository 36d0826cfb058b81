/**
 * The log folded again, by a fold of its own: from the first bodies and what later entries bring, what each message was as of each entry that changed it.
 * Cell of a room's seq: as in audit.ts. Objects are made for changed messages only.
 */
import type { History } from '../history/history.ts'
import { entryKinds, recordBits } from '../history/codes.ts'
import { recordHashOf } from '../history/record-hash.ts'
import { auditOf, type Audit } from './audit.ts'
import { once } from './once.ts'

export interface Folded {
  /** By cell: the record's hash as of the entry there. Meaningless unless `known` is 1. */
  hash: Int32Array
  /** By cell: 1 when the log still tells what the message was then. */
  known: Uint8Array
  /** By cell: cell of the message that the entry there changes (its own for a message), -1 for other entries. */
  target: Int32Array
  /** By cell: foldBits of the record as of the entry there. */
  bits: Uint8Array
  /** By cell of a message: cell of the last entry that changed it. */
  last: Int32Array
  /** By cell of a message: 1 when a purge took its content; `purged`: the hash that it has since. */
  isPurged: Uint8Array
  purged: Int32Array
  /** By cell of such a message: cell of the entry that purged it, of others -1. */
  purgedBy: Int32Array
  /** By cell of a message: 1 when the audit does not tell what one of its changes brings. */
  untold: Uint8Array
  /** By cell of a change: its `storedChange` row, of others -1. */
  row: Int32Array
}

export const foldBits = { stub: 1, held: 2 } as const

interface State {
  body: number | null
  /** What the body is now can't be read from the log any more. */
  isBlanked: boolean
  edits: number
  deleted: string | null
  moderation: string
  reactions: Map<string, string[]>
}

const hashIn = ({ body, edits, deleted, moderation, reactions }: State): number =>
  recordHashOf(body, {
    edits,
    moderation,
    reactions: Object.fromEntries(reactions),
    ...(deleted === null ? {} : { deleted: { kind: deleted } }),
  })

export const foldedOf = once((history: History): Folded => {
  const audit = auditOf(history)
  const cells = audit.storedAt.length
  const folded: Folded = {
    hash: new Int32Array(cells),
    known: new Uint8Array(cells),
    target: new Int32Array(cells).fill(-1),
    bits: new Uint8Array(cells),
    last: new Int32Array(cells).fill(-1),
    isPurged: new Uint8Array(cells),
    purged: new Int32Array(cells),
    purgedBy: new Int32Array(cells).fill(-1),
    untold: new Uint8Array(cells),
    row: new Int32Array(cells).fill(-1),
  }
  firstBodies(history, audit, folded)
  const states = new Map<number, State>()
  const changes = history.rowsOf('storedChange')
  const { room, seq } = history.columns
  for (const row of [...changes].sort((a, b) => (room[a] ?? 0) - (room[b] ?? 0) || (seq[a] ?? 0) - (seq[b] ?? 0))) change(history, audit, folded, states, row)
  untold(history, audit, folded)
  for (const row of history.rowsOf('storedPurge')) purge(history, audit, folded, states, row)
  return folded
})

function firstBodies(history: History, { storedAt, rowAt }: Audit, { hash, known, target, bits, last }: Folded): void {
  const { value, layer } = history.columns
  for (let cell = 0; cell < storedAt.length; cell++) {
    const row = rowAt[cell] ?? -1
    if ((storedAt[cell] ?? -1) < 0 || row === -1) continue
    target[cell] = cell
    last[cell] = cell
    const isStub = ((layer[row] ?? 0) & recordBits.stub) !== 0
    hash[cell] = value[row] ?? 0
    known[cell] = isStub ? 0 : 1
    if (isStub) bits[cell] = foldBits.stub
  }
}

function cellOf(history: History, { base, storedRow }: Audit, message: number): number {
  const stored = storedRow[message] ?? -1
  return stored === -1 ? -1 : (base[history.columns.room[stored] ?? 0] ?? 0) + (history.columns.seq[stored] ?? 0)
}

function change(history: History, audit: Audit, folded: Folded, states: Map<number, State>, row: number): void {
  const { room, seq, message } = history.columns
  const target = cellOf(history, audit, message[row] ?? -1)
  const cell = (audit.base[room[row] ?? 0] ?? 0) + (seq[row] ?? 0)
  if (target === -1 || cell >= folded.row.length) return
  const state = states.get(target) ?? {
    body: folded.known[target] === 1 ? (folded.hash[target] ?? 0) : null,
    isBlanked: folded.known[target] === 0,
    edits: 0,
    deleted: null,
    moderation: '',
    reactions: new Map(),
  }
  states.set(target, state)
  apply(history, audit, state, row, cell)
  folded.row[cell] = row
  folded.target[cell] = target
  folded.last[target] = cell
  folded.hash[cell] = hashIn(state)
  folded.known[cell] = state.isBlanked ? 0 : 1
  folded.bits[cell] = (state.body === null ? foldBits.stub : 0) | (state.moderation === 'held' ? foldBits.held : 0)
}

/** What one change makes of the state before; the kind is that of the entry at its cell. */
function apply(history: History, { rowAt }: Audit, state: State, row: number, cell: number): void {
  const { session, rev, value, layer } = history.columns
  const kind = history.columns.value[rowAt[cell] ?? -1] ?? -1
  const how = history.names[rev[row] ?? -1] ?? ''
  const user = history.names[session[row] ?? -1] ?? ''
  const gone = (): void => {
    Object.assign(state, { body: null, isBlanked: false, edits: 0 } satisfies Partial<State>)
  }
  switch (entryNames.get(kind)) {
    case 'edit':
      state.edits++
      state.isBlanked = ((layer[row] ?? 0) & 1) !== 0
      state.body = state.isBlanked ? null : (value[row] ?? 0)
      return
    case 'delete':
      gone()
      state.deleted = how
      return
    case 'react':
    case 'unreact': {
      const users = (state.reactions.get(how) ?? []).filter((one) => one !== user)
      const known = state.reactions.get(how) ?? []
      const next = entryNames.get(kind) === 'unreact' ? users : known.includes(user) ? known : [...known, user]
      if (next.length === 0) state.reactions.delete(how)
      else state.reactions.set(how, next)
      return
    }
    case 'moderate':
      state.moderation = how === 'hold' ? 'held' : how === 'remove' ? 'removed' : ''
      if (how === 'remove') gone()
      return
    default:
  }
}

/** Changes that stand in the log without a row of what they bring. */
function untold(history: History, audit: Audit, folded: Folded): void {
  const { room, seq, message, value } = history.columns
  for (const row of history.rowsOf('storedEntry')) {
    const cell = (audit.base[room[row] ?? 0] ?? 0) + (seq[row] ?? 0)
    if (!entryNames.has(value[row] ?? -1) || (folded.row[cell] ?? -1) !== -1) continue
    const target = cellOf(history, audit, message[row] ?? -1)
    if (target !== -1) folded.untold[target] = 1
  }
}

function purge(history: History, { base, capacity, storedAt }: Audit, folded: Folded, states: ReadonlyMap<number, State>, row: number): void {
  const { room, seq: seqs, rev, value } = history.columns
  const inRoom = room[row] ?? 0
  const cells = base[inRoom] ?? 0
  for (let seq = (rev[row] ?? 0) + 1; seq <= Math.min(value[row] ?? 0, (capacity[inRoom] ?? 1) - 1); seq++) {
    const cell = cells + seq
    if ((storedAt[cell] ?? -1) < 0 || folded.isPurged[cell] === 1) continue
    const state = states.get(cell)
    // What was deleted or removed before has nothing left to purge.
    if (state !== undefined && (state.deleted !== null || state.moderation === 'removed')) continue
    const { moderation = '', reactions = new Map<string, string[]>() } = state ?? {}
    folded.isPurged[cell] = 1
    folded.purgedBy[cell] = cells + (seqs[row] ?? 0)
    folded.purged[cell] = hashIn({ body: null, isBlanked: false, edits: 0, deleted: 'retention', moderation, reactions })
  }
}

/** Kinds of entries that change a message. */
const entryNames: ReadonlyMap<number, 'edit' | 'delete' | 'react' | 'unreact' | 'moderate'> = new Map(
  (['edit', 'delete', 'react', 'unreact', 'moderate'] as const).map((name) => [entryKinds[name], name]),
)
