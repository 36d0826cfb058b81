/** The few events that prove one violation, in order of time. */
import type { History } from '../history/history.ts'
import { changeKinds, layers, statuses, entryKinds } from '../history/codes.ts'
import { kinds, type Kind } from '../history/kinds.ts'
import type { Story, StoryEvent } from '../result.ts'
import type { JournalStage } from '../../system/journal-rows.ts'
import type { Locus } from './locus.ts'
import { operationsOf } from './operations.ts'
import { otherText } from './story-others.ts'

const eventLimit = 12

export interface Question {
  title: string
  /** Dense message index, or null when it isn't about a message. */
  message: number | null
  /** Whose deliveries belong to the story. */
  recipient?: number | null
  /** Rows that must be told. */
  rows?: readonly number[]
  locus?: Locus | null
  node?: string | null
  /** What closes it, at the time of the audit. */
  closing?: string
}

interface Told extends StoryEvent {
  weight: number
}

const kindNames = new Map<number, Kind>(Object.entries(kinds).map(([name, kind]) => [kind.code, name as Kind]))
const statusNames = new Map<number, string>(Object.entries(statuses).map(([name, code]) => [code, name]))
const entryNames = new Map<number, string>(Object.entries(entryKinds).map(([name, code]) => [code, name]))
const changeNames = new Map<number, string>(Object.entries(changeKinds).map(([name, code]) => [code, name]))
const ms = (ns: number): number => Math.round(ns / 1e3) / 1e3

export const clientName = (history: History, client: number): string => history.clients[client]?.user ?? 'somebody'

/** The clientMessageId where it is known, else sender and counter. */
export function messageName(history: History, message: number): string {
  const row = operationsOf(history).invokedRow[message] ?? -1
  const named = row === -1 ? undefined : history.names[history.columns.value[row] ?? -1]
  if (named !== undefined) return named
  const foreign = history.names[history.messages.foreign[message] ?? -1]
  return foreign ?? `${clientName(history, history.messages.client[message] ?? -1)}#${history.messages.counter[message]}`
}

/** "message 01J9F (alice, laptop, room-3)" */
export function messageTitle(history: History, message: number): string {
  const info = history.clients[history.messages.client[message] ?? -1]
  const room = history.rooms[operationsOf(history).invokedRoom[message] ?? -1]
  return `message ${messageName(history, message)} (${[info?.user ?? 'nobody of this run', info?.device, room].filter((part) => part !== undefined).join(', ')})`
}

/** The fault that was active at that time, or null. */
function faultAt(history: History, atMs: number): string | null {
  const active = history.faults.find((fault) => fault.injectedAtMs <= atMs && atMs <= (fault.healedAtMs ?? Infinity))
  return active === undefined ? null : `${active.fault} ${active.target}`
}

/** One row in words; null for a kind that tells nothing of a message. */
export function rowText(history: History, row: number): string | null {
  const { kind, client, room, layer, seq, rev, value } = history.columns
  const who = clientName(history, client[row] ?? -1)
  const name = (id: number | undefined): string => history.names[id ?? -1] ?? '?'
  const inRoom = history.rooms[room[row] ?? -1] ?? ''
  const bits = layer[row] ?? 0
  switch (kindNames.get(kind[row] ?? 0)) {
    case 'invoked':
      return `${who} sends it to ${inRoom}`
    case 'attempt':
      return `${who} emits it (attempt ${seq[row]})`
    case 'ok':
      return `${who} gets the ack: seq ${seq[row]}${bits === 1 ? ', a duplicate' : ''}`
    case 'failed':
      return `${who} is told that it failed: ${name(value[row])}`
    case 'unknown':
      return `${who} gets no answer to attempt ${seq[row]}: ${name(value[row])}`
    case 'status':
      return `${who} sees it as ${statusNames.get(value[row] ?? -1) ?? value[row]}`
    case 'delivery':
      return `${who} ${arrival(bits)} it as seq ${seq[row]} of ${inRoom} (${way(bits)})`
    case 'entry':
      return `${who} ${arrival(bits)} a ${entryNames.get(value[row] ?? -1) ?? 'log'} entry as seq ${seq[row]} of ${inRoom} (${way(bits)})`
    case 'changeInvoked':
      return `${who} asks to ${changeNames.get(value[row] ?? -1) ?? 'change'} it`
    case 'changeOk':
      return `${who} is told that the ${changeNames.get(value[row] ?? -1) ?? 'change'} is done${(rev[row] ?? -1) < 0 ? '' : `: seq ${rev[row]}`}`
    case 'changeFailed':
      return `${who} is refused to ${changeNames.get(value[row] ?? -1) ?? 'change'} it: ${name(rev[row])}`
    case 'changeUnknown':
      return `${who} gets no answer to ${changeNames.get(value[row] ?? -1) ?? 'change'}: ${name(rev[row])}`
    case 'changed':
      return `${who} sees it anew as of seq ${rev[row]}`
    case 'left':
      return `${who} is told that it is out of ${inRoom} at seq ${seq[row]}, by ${name(value[row])}`
    case 'connect':
      return `${who} connects to ${name(value[row])}`
    case 'disconnect':
      return `${who} is disconnected: ${name(value[row])}`
    case 'syncComplete':
      return `${who} is told that ${inRoom} is complete up to seq ${seq[row]}`
    case 'syncReset':
      return `${who} is reset in ${inRoom}: ${name(value[row])}`
    case 'heartbeat':
      return `${who} is told the head of ${inRoom}: ${seq[row]}`
    case 'pageRead':
      return `${who} reads a page of ${inRoom}: seqs ${(seq[row] ?? 0) + 1} to ${rev[row]}${(bits & 1) !== 0 ? ', more below' : ''}`
    case 'readMessage':
      return `${who} reads seq ${seq[row]} of ${inRoom} as of seq ${rev[row]}`
    case 'viewMessage':
      return `${who} shows it as seq ${seq[row]} of ${inRoom} at the end`
    case 'syncBegin':
      return `${who} asks for what follows seq ${seq[row]} of ${inRoom}`
    case 'joined':
      return `${who} joined ${inRoom} at seq ${seq[row]}`
    case 'nodeExited':
      return `${name(value[row])} ${bits === 1 ? 'is ended by the plan' : 'ends by itself'}: ${(rev[row] ?? -1) >= 0 ? name(rev[row]) : `exit code ${seq[row]}`}`
    case 'nodeStarted':
      return `${name(value[row])} starts (boot ${seq[row]})`
    case 'stored':
      return `audit: the store has it as seq ${seq[row]} of ${inRoom}, accepted by ${name(history.columns.session[row])}${(bits & 1) !== 0 ? ', without its content' : ''}`
    case 'storedEntry':
      return `audit: the store has a ${entryNames.get(value[row] ?? -1) ?? 'log'} entry as seq ${seq[row]} of ${inRoom}`
    case 'auditHead':
      return `audit: the head of ${inRoom} is ${seq[row]}`
    default:
      return otherText(history, kindNames.get(kind[row] ?? 0), row)
  }
}

function arrival(bits: number): string {
  if ((bits & layers.applied) !== 0) return 'applies'
  if ((bits & layers.shown) !== 0) return 'shows'
  return (bits & layers.held) !== 0 ? 'holds' : 'receives'
}

const way = (bits: number): string => (['live', 'sync', 'range', 'page'] as const).find((name) => (bits & layers[name]) !== 0) ?? 'way unknown'

const stageTexts: Partial<Record<JournalStage, (node: string, seq: number, count: number) => string>> = {
  received: (node, _seq, count) => `${node} receives it (attempt ${count})`,
  committed: (node, seq) => `${node} commits it as seq ${seq}`,
  published: (node) => `${node} hands it to the fanout`,
  acked: (node, seq) => `${node} acks it as seq ${seq}`,
  refused: (node) => `${node} refuses it`,
  relayed: (node, _seq, count) => `${node} relays it to ${count} sockets`,
}

/** A row of a journal in words; null for a stage that tells nothing of a message. */
export function stageText({ journals, nodes }: History, stage: JournalStage, row: number): string | null {
  return stageTexts[stage]?.(nodes[journals.node[row] ?? -1] ?? 'a node', journals.seq[row] ?? -1, journals.count[row] ?? 0) ?? null
}

function journalEvents(history: History, message: number): Told[] {
  const { journals } = history
  return (Object.keys(stageTexts) as JournalStage[]).flatMap((stage) =>
    [...history.journalRowsOf(stage)]
      .filter((row) => journals.message[row] === message)
      .map((row) => ({ atMs: ms(journals.tNs[row] ?? 0), text: stageText(history, stage, row) ?? '', weight: stage === 'relayed' ? 4 : 6 })),
  )
}

const weights: Partial<Record<Kind, number>> = {
  invoked: 9,
  attempt: 6,
  ok: 9,
  failed: 9,
  unknown: 5,
  status: 3,
  delivery: 7,
  stored: 8,
  changeInvoked: 4,
  changeOk: 4,
}

function rowEvents(history: History, question: Question): Told[] {
  const { kind, message, client, tNs, length } = history.columns
  const told: Told[] = []
  const forced = new Set(question.rows)
  const tell = (row: number, weight: number): void => {
    const text = rowText(history, row)
    if (text !== null) told.push({ atMs: ms(tNs[row] ?? 0), text, weight })
  }
  for (const row of forced) tell(row, 10)
  if (question.message === null) return told
  for (let row = 0; row < length; row++) {
    if (message[row] !== question.message || forced.has(row)) continue
    const name = kindNames.get(kind[row] ?? 0) ?? 'lag'
    if (name === 'delivery' && client[row] !== question.recipient) continue
    if (weights[name] !== undefined) tell(row, weights[name])
  }
  return told
}

/** What went on around it: faults and the ends of nodes between its first and last event. */
function surroundings(history: History, fromMs: number, toMs: number, forced: readonly number[]): Told[] {
  const told: Told[] = []
  const within = (atMs: number | null): atMs is number => atMs !== null && fromMs - 1000 <= atMs && atMs <= toMs
  for (const fault of history.faults) {
    // It was never active: its end is when that became clear.
    if (fault.healedAtMs === fault.injectedAtMs) continue
    if (within(fault.injectedAtMs)) told.push({ atMs: fault.injectedAtMs, text: `fault: ${fault.fault} ${fault.target}`, weight: 8 })
    if (within(fault.healedAtMs)) told.push({ atMs: fault.healedAtMs, text: `healed: ${fault.fault} ${fault.target}`, weight: 7 })
  }
  for (const row of history.rowsOf('nodeExited')) {
    const atMs = ms(history.columns.tNs[row] ?? 0)
    if (within(atMs) && !forced.includes(row)) told.push({ atMs, text: rowText(history, row) ?? '', weight: 8 })
  }
  return told
}

/** At most `eventLimit` events: the weightiest, told in order of time. */
export function tell(history: History, question: Question): Story {
  const own = question.message === null ? rowEvents(history, question) : [...rowEvents(history, question), ...journalEvents(history, question.message)]
  const times = own.map((event) => event.atMs)
  const closing: Told[] = question.closing === undefined ? [] : [{ atMs: auditAt(history), text: question.closing, weight: 11 }]
  const untilMs = question.closing === undefined ? 0 : auditAt(history)
  const around = own.length === 0 ? [] : surroundings(history, Math.min(...times), Math.max(...times, untilMs), question.rows ?? [])
  const kept = [...own, ...around, ...closing].sort((a, b) => b.weight - a.weight).slice(0, eventLimit)
  const events = kept.sort((a, b) => a.atMs - b.atMs).map(({ atMs, text }) => ({ atMs, text }))
  // The event that decides which fault was active: the last one told from the run itself, not from the audit.
  const settled = history.rowsOf('settled').at(-1) ?? Infinity
  const decisive =
    question.rows?.findLast((row) => row < settled) ?? (question.message === null ? -1 : (operationsOf(history).invokedRow[question.message] ?? -1))
  const { locus } = question
  return {
    title: question.title,
    events,
    locus: locus == null ? null : locus.atOrAfter === null ? locus.where : `${locus.where} (at or after ${locus.atOrAfter})`,
    message: question.message === null ? null : messageName(history, question.message),
    node: question.node ?? locus?.node ?? null,
    fault: decisive === -1 ? null : faultAt(history, ms(history.columns.tNs[decisive] ?? 0)),
  }
}

function auditAt(history: History): number {
  const row = history.rowsOf('auditHead').at(-1) ?? history.rowsOf('settled').at(-1) ?? history.columns.length - 1
  return ms(history.columns.tNs[row] ?? 0)
}
