/** A history as a list of plain objects: what oracles read, so that they share no index, no cache and no loop with the checks. Meant for small histories. */
import type { History } from '../history/history.ts'
import { entryKinds, layers } from '../history/codes.ts'
import { type Kind, kinds } from '../history/kinds.ts'

export interface PlainEvent {
  atNs: number
  kind: Kind
  client: number
  session: number
  room: number
  layer: number
  message: number
  seq: number
  rev: number
  value: number
}

const kindOf = new Map<number, Kind>(Object.entries(kinds).map(([name, { code }]) => [code, name as Kind]))

/** In order of time. */
export function plainEvents({ columns }: History): PlainEvent[] {
  return Array.from({ length: columns.length }, (_, row) => ({
    atNs: columns.tNs[row] ?? 0,
    kind: kindOf.get(columns.kind[row] ?? 0) ?? 'lag',
    client: columns.client[row] ?? -1,
    session: columns.session[row] ?? -1,
    room: columns.room[row] ?? -1,
    layer: columns.layer[row] ?? 0,
    message: columns.message[row] ?? -1,
    seq: columns.seq[row] ?? -1,
    rev: columns.rev[row] ?? -1,
    value: columns.value[row] ?? -1,
  }))
}

/** What the store has at a seq: the first message that claims it, else the first other entry. */
export function storedAt(events: readonly PlainEvent[], room: number, seq: number): PlainEvent | undefined {
  const claims = (kind: Kind): PlainEvent | undefined => events.find((event) => event.kind === kind && event.room === room && event.seq === seq)
  return claims('stored') ?? claims('storedEntry')
}

/** The store's first record of a message. */
export function storedAs(events: readonly PlainEvent[], message: number): PlainEvent | undefined {
  return events.find((event) => event.kind === 'stored' && event.message === message)
}

/** The head of a room as the store has it. */
export function headOf(events: readonly PlainEvent[], room: number): number {
  return events.findLast((event) => event.kind === 'auditHead' && event.room === room && (event.layer & 1) !== 0)?.seq ?? -1
}

/** Whether an arrival is what the store has at that seq; a stub stands for whichever message is there. */
export function isLikeStore(events: readonly PlainEvent[], { kind, room, seq, message }: PlainEvent): boolean {
  const there = storedAt(events, room, seq)
  if (there === undefined) return false
  if (kind === 'entry') return there.kind === 'storedEntry'
  return there.kind === 'stored' && (message === -1 || there.message === message)
}

export const isApplied = ({ layer }: PlainEvent): boolean => (layer & layers.applied) !== 0
export const isPage = ({ layer }: PlainEvent): boolean => (layer & layers.page) !== 0
export const endsMembership = ({ value, layer }: PlainEvent): boolean => value === entryKinds.leave || (value === entryKinds.ban && (layer & 1) === 0)
