/** The life of one message, or of one client, over all writers and journals, in order of time. */
import type { JournalStage } from '../system/journal-rows.ts'
import { journalStages } from '../system/journal-rows.ts'
import { auditOf } from './checks/audit.ts'
import { ledgerOf, marksAt } from './checks/ledger.ts'
import { locate } from './checks/locus.ts'
import { membershipOf, must } from './checks/membership.ts'
import { clientName, messageTitle, stageText } from './checks/story.ts'
import { marks } from './checks/views.ts'
import type { History } from './history/history.ts'
import type { StoryEvent } from './result.ts'
import type { Subject } from './subject.ts'
import { rowSentence } from './row-sentence.ts'

export interface Journey {
  title: string
  events: readonly StoryEvent[]
  /** What became of it, for each member that must have it: one line each; empty for a client. */
  ends: readonly string[]
}

const milliseconds = (ns: number): number => Math.round(ns / 1e3) / 1e3

export function journeyOf(history: History, subject: Subject): Journey {
  if (subject.kind === 'client') return clientJourney(history, subject.client)
  const { message } = subject
  const events = [...rowEvents(history, (row) => history.columns.message[row] === message, true), ...journalEvents(history, message)]
  return { title: messageTitle(history, message), events: withSurroundings(history, events), ends: endsOf(history, message) }
}

function clientJourney(history: History, client: number): Journey {
  const info = history.clients[client]
  const events = rowEvents(history, (row) => history.columns.client[row] === client, false)
  return {
    title: `client ${client} (${[info?.user, info?.device, info?.cohort].filter((part) => part !== undefined).join(', ')})`,
    events: withSurroundings(history, events),
    ends: [],
  }
}

function rowEvents(history: History, isWanted: (row: number) => boolean, aboutIt: boolean): StoryEvent[] {
  const { tNs, length } = history.columns
  const events: StoryEvent[] = []
  for (let row = 0; row < length; row++) if (isWanted(row)) events.push({ atMs: milliseconds(tNs[row] ?? 0), text: rowSentence(history, row, aboutIt) })
  return events
}

/** What nodes did with it; a relay is known by room and seq where the node didn't know the operation. */
function journalEvents(history: History, message: number): StoryEvent[] {
  const { journals, columns } = history
  const stored = auditOf(history).storedRow[message] ?? -1
  const [room, seq] = stored === -1 ? [-1, -1] : [columns.room[stored] ?? -1, columns.seq[stored] ?? -1]
  const events: StoryEvent[] = []
  for (const stage of Object.keys(journalStages) as JournalStage[]) {
    for (const row of history.journalRowsOf(stage)) {
      const isIts = journals.message[row] === message || (stage === 'relayed' && room !== -1 && journals.room[row] === room && journals.seq[row] === seq)
      const text = isIts ? stageText(history, stage, row) : null
      if (text !== null) events.push({ atMs: milliseconds(journals.tNs[row] ?? 0), text })
    }
  }
  return events
}

/** Sorted, with the faults and the ends of nodes that lie between. */
function withSurroundings(history: History, own: readonly StoryEvent[]): StoryEvent[] {
  const times = own.map((event) => event.atMs)
  const [first, last] = [times.reduce((least, time) => Math.min(least, time), Infinity), times.reduce((most, time) => Math.max(most, time), -Infinity)]
  const faults = history.faults.flatMap(({ fault, target, injectedAtMs, healedAtMs }) => [
    { atMs: injectedAtMs, text: `fault: ${fault} ${target}` },
    ...(healedAtMs === null ? [] : [{ atMs: healedAtMs, text: `healed: ${fault} ${target}` }]),
  ])
  const nodes = [...history.rowsOf('nodeExited')].map((row) => ({ atMs: milliseconds(history.columns.tNs[row] ?? 0), text: rowSentence(history, row) }))
  const around = [...faults, ...nodes].filter(({ atMs }) => first <= atMs && atMs <= last)
  return [...own, ...around].toSorted((a, b) => a.atMs - b.atMs)
}

function endsOf(history: History, message: number): string[] {
  const { columns, names } = history
  const stored = auditOf(history).storedRow[message] ?? -1
  if (stored === -1) {
    const { where, node } = locate(history, message, null)
    return [`it is not stored; it stopped at: ${where}${node === null ? '' : `, on ${node}`}`]
  }
  const [room, seq] = [columns.room[stored] ?? 0, columns.seq[stored] ?? 0]
  const recipients = (membershipOf(history).members[room] ?? []).filter((member) => must(member, seq)).flatMap((member) => member.clients)
  const accepted = names[columns.session[stored] ?? -1] ?? 'a node'
  return [
    `it is stored as seq ${seq} of ${history.rooms[room]}, accepted by ${accepted}; ${recipients.length} clients of its members must have it`,
    ...recipients.map((client) => endFor(history, message, client, room, seq)),
  ]
}

function endFor(history: History, message: number, client: number, room: number, seq: number): string {
  const seen = marksAt(ledgerOf(history), client * history.rooms.length + room, seq)
  const who = clientName(history, client)
  if ((seen & marks.everApplied) !== 0) return `${who} applied it`
  if ((seen & marks.excused) !== 0) return `${who} skipped it by a reset`
  const { where, node, atOrAfter } = locate(history, message, client)
  return `${who} never applied it; it stopped at: ${where}${node === null ? '' : `, on ${node}`}${atOrAfter === null ? '' : ` (at or after ${atOrAfter})`}`
}
