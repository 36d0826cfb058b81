/** Small runs for fast-check: three clients talk in two rooms, and then the record is edited at random. */
import { type Arbitrary, array, constant, constantFrom, nat, oneof, record, tuple } from 'fast-check'
import { buildHistory } from '../history/build-history.ts'
import { layers } from '../history/codes.ts'
import { columnsOf, journalColumns } from '../history/columns.ts'
import type { History } from '../history/history.ts'
import type { PlainEvent } from './plain-events.ts'
import { clients, rooms, SmallChat, type Act } from './small-chat.ts'

const kindsWithoutEdits = new Set<PlainEvent['kind']>(['auditHead', 'settled'])

interface Edit {
  edit: 'remove' | 'repeat' | 'later' | 'seq' | 'message' | 'client' | 'room' | 'layer' | 'rev' | 'value' | 'swap'
  place: number
  amount: number
}

const who = { client: nat(clients - 1), room: nat(rooms - 1) }
const act: Arbitrary<Act> = oneof(
  { weight: 5, arbitrary: record({ act: constant('send' as const), ...who, fate: constantFrom('acked', 'acked', 'unknown', 'failed') }) },
  { weight: 1, arbitrary: record({ act: constantFrom('leave', 'ban', 'rejoin', 'reset', 'reconnect', 'replace', 'depart'), ...who }) },
)
const edit: Arbitrary<Edit> = record({
  edit: constantFrom('remove', 'repeat', 'later', 'seq', 'message', 'client', 'room', 'layer', 'rev', 'value', 'swap', 'swap'),
  place: nat(),
  amount: nat(50),
})

export const smallRun: Arbitrary<History> = tuple(array(act, { minLength: 1, maxLength: 10 }), array(edit, { maxLength: 5 })).map(([acts, edits]) =>
  smallHistory(acts, edits),
)

function smallHistory(acts: readonly Act[], edits: readonly Edit[]): History {
  const chat = new SmallChat()
  for (const one of acts) chat.act(one)
  const events = chat.finish()
  for (const one of edits) change(events, one, chat.senders.length)
  return buildHistory({
    folder: 'small',
    columns: columnsOf(events),
    names: ['name', 'user-0', 'user-1', 'user-2', ...chat.senders.map((_, message) => `message-${message}`)],
    rooms: Array.from({ length: rooms }, (_, room) => `room-${room}`),
    nodes: ['node-1'],
    messages: {
      length: chat.senders.length,
      client: Int32Array.from(chat.senders),
      counter: Int32Array.from(chat.senders.keys()),
      foreign: new Int32Array(chat.senders.length).fill(-1),
    },
    clients: Array.from({ length: clients }, (_, number) => ({
      number,
      user: `user-${number}`,
      device: 'laptop',
      cohort: 'office',
      role: 'member',
      rooms: ['room-0', 'room-1'],
    })),
    journals: journalColumns(0),
    files: [],
    defects: [],
    failedSteps: [],
    phases: [],
    faults: [],
    settleMs: 1000,
    quiescenceMs: 100,
    capabilities: ['sync', 'receipts', 'status', 'view'],
  })
}

/** Edits one event in place; what the audit's frame is made of stays. */
function change(events: PlainEvent[], { edit, place, amount }: Edit, messages: number): void {
  const places = [...events.keys()].filter((index) => !kindsWithoutEdits.has(events[index]?.kind ?? 'lag'))
  const index = places[place % places.length] ?? 0
  const event = events[index]
  if (event === undefined) return
  if (edit === 'swap') return swapSeqs(events, place, amount)
  if (edit === 'remove') events.splice(index, 1)
  else if (edit === 'repeat') events.splice(index + 1, 0, { ...event, atNs: event.atNs + amount })
  else if (edit === 'later') event.atNs += 10 * amount
  else if (edit === 'seq' && event.seq >= 1) event.seq = Math.max(1, event.seq + (amount % 5) - 2)
  else if (edit === 'rev' && event.rev >= 1) event.rev = Math.max(0, event.rev + (amount % 5) - 2)
  else if (edit === 'message' && event.message >= 0) event.message = amount % messages
  else if (edit === 'client' && event.client >= 0) event.client = amount % clients
  else if (edit === 'room' && event.room >= 0) event.room = amount % rooms
  else if (edit === 'layer' && event.kind === 'delivery') event.layer = amount & (layers.wire | layers.applied | layers.shown | layers.live)
  else if (edit === 'value' && event.kind === 'status') event.value = amount % 9
}

/** Exchanges the seqs of two stored messages. */
function swapSeqs(events: readonly PlainEvent[], place: number, amount: number): void {
  const stored = events.filter((event) => event.kind === 'stored')
  const [one, other] = [stored[place % stored.length], stored[(place + amount) % stored.length]]
  if (one === undefined || other === undefined) return
  ;[one.seq, other.seq] = [other.seq, one.seq]
}
