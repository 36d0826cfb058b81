/** The sound run that mutators work on: a synthetic one in which some messages were refused and some deleted. */
import type { History } from '../history/history.ts'
import { changeKinds, entryKinds, layers, recordBits, statuses } from '../history/codes.ts'
import { recordHash } from '../history/record-hash.ts'
import { syntheticHistory } from '../history/synthetic.ts'
import { Draft } from './draft.ts'

export interface CleanRun {
  rooms: number
  clients: number
  messages: number
  /** So many messages are refused, and so many deleted. */
  odd: number
}

/** Dense indexes of messages by what became of them. */
export interface CleanParts {
  plain: readonly number[]
  refused: readonly number[]
  deleted: readonly number[]
}

const arrivedLive = layers.wire | layers.applied | layers.shown | layers.live
const microsecond = 1000

export function cleanRun({ odd, ...size }: CleanRun): History {
  const synthetic = syntheticHistory(size)
  const draft = new Draft({ ...synthetic, capabilities: [...synthetic.capabilities, 'status'] })
  const settleNs = (synthetic.phases.find((phase) => phase.name === 'settle')?.startMs ?? 0) * 1e6
  const heads = headsOf(synthetic)
  const refusal = draft.name('forbidden')
  for (let index = 0; index < odd; index++) {
    // Each refusal and each deletion has a message of its own, spread over the run.
    const message = Math.floor(((index + 0.5) * size.messages) / odd)
    refuse(draft, message, refusal)
    remove(draft, message, heads, settleNs - (odd - index) * 100 * microsecond)
  }
  for (const [kind, column] of [
    ['watermark', 'seq'],
    ['watermark', 'rev'],
    ['receipt', 'seq'],
    ['receipt', 'rev'],
    ['heartbeat', 'seq'],
    ['auditHead', 'seq'],
  ] as const)
    for (const row of synthetic.rowsOf(kind)) draft.columns[column][row] = heads[synthetic.columns.room[row] ?? -1] ?? 0
  return draft.finish()
}

export function cleanParts(history: History): CleanParts {
  const { message, layer } = history.columns
  const refused = [...history.rowsOf('failed')].map((row) => message[row] ?? -1)
  const deleted = [...history.rowsOf('stored')].filter((row) => ((layer[row] ?? 0) & recordBits.stub) !== 0).map((row) => message[row] ?? -1)
  const odd = new Set([...refused, ...deleted])
  return { plain: Array.from({ length: history.messages.length }, (_, index) => index).filter((index) => !odd.has(index)), refused, deleted }
}

function headsOf(history: History): number[] {
  const heads: number[] = []
  for (const row of history.rowsOf('auditHead')) heads[history.columns.room[row] ?? -1] = history.columns.seq[row] ?? 0
  return heads
}

/** After that message its sender sends another, which is refused. */
function refuse(draft: Draft, after: number, code: number): void {
  const { columns, history } = draft
  const before = draft.rowOf('ok', after)
  const client = history.messages.client[after] ?? -1
  const message = draft.message(client)
  const about = { client, session: 1, room: columns.room[before] ?? -1, message }
  const startNs = (columns.tNs[before] ?? 0) + 2 * microsecond
  const operation = draft.name(`operation-${message}`)
  const steps = [
    ['intended', { value: message, rev: 100 }],
    ['invoked', { seq: 1_000_000 + message, value: operation }],
    ['status', { value: statuses.queued }],
    ['status', { value: statuses.sending }],
    ['attempt', { seq: 1, value: operation }],
    ['failed', { value: code }],
    ['status', { value: statuses.failed }],
  ] as const
  for (const [index, [kind, cells]] of steps.entries()) draft.add(startNs + 7 * index + 1, kind, { ...about, ...cells })
}

/** The sender deletes the message: everyone sees the entry and the stub, and the store keeps a stub. */
function remove(draft: Draft, message: number, heads: number[], atNs: number): void {
  const { columns, history } = draft
  const stored = draft.rowOf('stored', message)
  const [room, seq] = [columns.room[stored] ?? -1, columns.seq[stored] ?? 0]
  const sender = history.messages.client[message] ?? -1
  const rev = (heads[room] = (heads[room] ?? 0) + 1)
  const gone = recordHash({ body: null, deleted: { kind: 'author' } })
  const change = { client: sender, session: 1, room, message, seq: 0, value: changeKinds.delete }
  draft.add(atNs, 'changeInvoked', { ...change, rev: -1 })
  draft.add(atNs + 1, 'changeOk', { ...change, rev })
  for (const [client, info] of history.clients.entries()) {
    if (!info.rooms.includes(history.rooms[room] ?? '')) continue
    const base = { client, session: 1, room, rev }
    draft.add(atNs + 2, 'entry', { ...base, layer: arrivedLive, seq: rev, value: entryKinds.delete })
    draft.add(atNs + 3, 'changed', { ...base, message: -1, layer: layers.live | recordBits.stub, seq, value: gone })
  }
  columns.value[stored] = -1
  columns.layer[stored] = recordBits.stub
  columns.rev[stored] = rev
  for (const row of draft.rowsAbout('audited', message)) {
    columns.value[row] = gone
    columns.rev[row] = rev
    columns.layer[row] = (columns.layer[row] ?? 0) | recordBits.stub
  }
  const auditNs = (columns.tNs[draft.rowOf('storedId', message)] ?? 0) + 1
  const epoch = columns.rev[draft.rowOf('storedId', message)] ?? -1
  draft.add(auditNs, 'storedRecord', { room, message, seq, rev, layer: recordBits.stub, value: gone })
  draft.add(auditNs + 1.5, 'storedChange', {
    session: draft.name(history.clients[sender]?.user ?? ''),
    room,
    message,
    seq: rev,
    rev: draft.name('author'),
  })
  draft.add(auditNs + 1, 'storedEntry', { client: sender, room, message, seq: rev, rev: epoch, value: entryKinds.delete })
  for (const layer of [2, 4]) draft.add(auditNs + layer, 'auditedEntry', { room, seq: rev, value: entryKinds.delete, layer })
}
