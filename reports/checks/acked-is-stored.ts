/**
 * Rule: each message with an `ok` row has exactly one `stored` row, and its room, seq, server id, epoch and body hash are those of the ack and of the intent
 * (hash: of `intended`). Every ack of a message is judged, the repeated ones too.
 * - Each change that was acked with a seq (an edit, a reaction, a kick) is the entry there: of that kind, by that user, of that message.
 * Excused: content that is gone where a later entry of the log deleted, moderated or purged it; what is left still has to carry room, seq, id and epoch. A
 * send without an ack is owed nothing here.
 * Population: acked messages and acked changes.
 * Unknown: without a sound audit. Where acks are promised from memory only, what is found is reported and fails nothing.
 * Can't see: whether the store would keep the message if it died right after the audit; what the content of a stub had been, or what role was given; and a purge excuses every stub
 * below it in its room, inside its window or not.
 */
import type { Columns, History } from '../history/history.ts'
import { entryKinds, recordBits } from '../history/codes.ts'
import { auditOf, type Audit } from './audit.ts'
import { changesAskedOf } from './changes-asked.ts'
import type { Check } from './check.ts'
import { conclude, exampleLimit } from './finding.ts'
import { locate } from './locus.ts'
import { operationsOf } from './operations.ts'
import { clientName, messageTitle, tell } from './story.ts'

/** The worst first: what is told. */
const gravity = ['absent', 'twice', 'hash', 'blank', 'room', 'seq', 'id', 'epoch'] as const
type Fault = (typeof gravity)[number]
interface Found {
  row: number
  what: Fault
}

export const ackedIsStored: Check = {
  name: 'acked-is-stored',
  claim: 'every acked send is stored once, with its id, seq, epoch and content, and every acked change where the ack says',
  examine(history, guarantees) {
    const audit = auditOf(history)
    const faults = new Map<number, Found>()
    const judged = new Uint8Array(history.messages.length)
    let population = 0
    const { columns } = history
    const { intendedRow } = operationsOf(history)
    const mayBeBlank = blanked(history)
    const acks = history.rowsOf('ok')
    for (let index = 0; index < acks.length; index++) {
      const row = acks[index] ?? 0
      const message = columns.message[row] ?? -1
      if (judged[message] === 0) population++
      judged[message] = 1
      const what = compare(columns, audit, intendedRow, row, message, mayBeBlank)
      if (what !== null && !faults.has(message)) faults.set(message, { row, what })
    }
    const kinds = [...faults.values()].map((fault) => fault.what)
    const absent = kinds.filter((what) => what === 'absent').length
    const changes = changesAskedOf(history)
    return conclude({
      population: population + changes.acked,
      violations: faults.size + changes.missing.length,
      figures: {
        changes: changes.acked,
        changesAbsent: changes.missing.length,
        absent,
        storedTwice: kinds.filter((what) => what === 'twice').length,
        unlike: kinds.filter((what) => what !== 'absent' && what !== 'twice').length,
      },
      evidence: [
        ...worstOf(faults).map(([message, fault]) => story(history, audit, message, fault)),
        ...changes.missing.map((row) => changeStory(history, row)),
      ].slice(0, exampleLimit),
      doubt: audit.doubt,
      notPromised: guarantees.ack === 'memory' ? 'the experiment promises acks from memory only' : null,
    })
  },
}

function worstOf(faults: ReadonlyMap<number, Found>): [number, Found][] {
  return gravity.flatMap((what) => [...faults].filter(([, fault]) => fault.what === what)).slice(0, exampleLimit)
}

/** Whether an entry of the log explains that this stored message has lost its content. */
function blanked(history: History): (message: number, stored: number) => boolean {
  const { message, room, seq, value } = history.columns
  const blanking = [...history.rowsOf('storedEntry')].filter((row) => value[row] === entryKinds.delete || value[row] === entryKinds.moderate)
  const purges = [...history.rowsOf('storedEntry')].filter((row) => value[row] === entryKinds.purged)
  const messages = new Set(blanking.map((row) => message[row] ?? -1))
  return (own, stored) => messages.has(own) || purges.some((row) => room[row] === room[stored] && (seq[row] ?? 0) > (seq[stored] ?? 0))
}

function compare(
  { seq, rev, value, room, layer }: Columns,
  audit: Audit,
  intendedRow: Int32Array,
  ok: number,
  message: number,
  mayBeBlank: (message: number, stored: number) => boolean,
): Fault | null {
  const copies = audit.copies[message] ?? 0
  if (copies !== 1) return copies === 0 ? 'absent' : 'twice'
  const stored = audit.storedRow[message] ?? -1
  const id = audit.idRow[message] ?? -1
  if (room[stored] !== room[ok]) return 'room'
  if (seq[stored] !== seq[ok]) return 'seq'
  if (id !== -1 && value[id] !== value[ok]) return 'id'
  if (id !== -1 && rev[id] !== rev[ok]) return 'epoch'
  if (((layer[stored] ?? 0) & recordBits.stub) !== 0) return mayBeBlank(message, stored) ? null : 'blank'
  const intended = intendedRow[message] ?? -1
  return intended !== -1 && value[stored] !== value[intended] ? 'hash' : null
}

function story(history: History, audit: Audit, message: number, fault: Found): ReturnType<typeof tell> {
  const { room, seq } = history.columns
  const rows = [fault.row]
  if (fault.what === 'absent') {
    const cell = (audit.base[room[fault.row] ?? 0] ?? 0) + (seq[fault.row] ?? 0)
    const other = audit.storedAt[cell] ?? -1
    if (other >= 0) rows.unshift(audit.storedRow[other] ?? -1)
    return tell(history, {
      title: messageTitle(history, message),
      message,
      rows,
      locus: locate(history, message, null),
      closing: 'audit: nothing in the store carries this id',
    })
  }
  const closing =
    fault.what === 'twice'
      ? `audit: the store has it ${audit.copies[message]} times`
      : fault.what === 'blank'
        ? 'audit: its content is gone, and nothing in the log says why'
        : `audit: its ${fault.what} in the store is not the one acked`
  return tell(history, { title: messageTitle(history, message), message, rows, closing })
}

function changeStory(history: History, row: number): ReturnType<typeof tell> {
  const { client, room, rev, message } = history.columns
  const { base, capacity, rowAt } = auditOf(history)
  const [inRoom, at, own] = [room[row] ?? 0, rev[row] ?? 0, message[row] ?? -1]
  const there = at < (capacity[inRoom] ?? 0) ? (rowAt[(base[inRoom] ?? 0) + at] ?? -1) : -1
  return tell(history, {
    title: `a change by ${clientName(history, client[row] ?? -1)} was acked as seq ${at} of ${history.rooms[inRoom]}, which is not it`,
    message: own === -1 ? null : own,
    rows: there === -1 ? [row] : [row, there],
    closing: there === -1 ? 'audit: there is nothing at that seq' : 'audit: another entry is at that seq',
  })
}
