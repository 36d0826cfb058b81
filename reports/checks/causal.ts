/**
 * Rule: whoever applies a reply, or an entry that edits, deletes, moderates or reacts to a message, applied its target before, where the target is inside its
 * membership and its window. The window of a view begins with the first seq that it applied, after a reset above the head of that reset, in a
 * new stay with its join. In the log itself
 * every target stands below what refers to it.
 * Excused: a target below the window, or outside the membership: it was never owed to the view. Pages bring history backwards: what came by page counts as a
 * target, and is not judged.
 * Population: references in the log, and references applied whose target is owed; where nothing refers to a message the check does not apply.
 * Unknown: without a sound audit.
 * Can't see: causes that no entry names: an answer that is not marked as a reply, and whatever was said in another room or outside the chat; whether the
 * target was on the screen when what refers to it was shown.
 */
import type { History } from '../history/history.ts'
import { entryKinds, layers } from '../history/codes.ts'
import { kinds } from '../history/kinds.ts'
import { auditOf, nothing, otherEntry } from './audit.ts'
import type { Check } from './check.ts'
import { conclude, exampleLimit, notApplicable } from './finding.ts'
import { ledgerOf } from './ledger.ts'
import { membershipOf, must } from './membership.ts'
import { clientName, tell } from './story.ts'
import { Suspects } from './suspects.ts'

export const causal: Check = {
  name: 'causal',
  claim: 'nobody applied a reply, a reaction or an edit before what it refers to',
  examine(history) {
    const audit = auditOf(history)
    const { targets, references, forward } = referencesIn(history)
    if (references === 0) return notApplicable('nothing in the run refers to a message')
    const { population, early } = appliedEarly(history, targets)
    const { room, seq, client } = history.columns
    const targetOf = (row: number): number => targets[(audit.base[room[row] ?? 0] ?? 0) + (seq[row] ?? 0)] ?? 0
    return conclude({
      population: population + references,
      violations: early.count + forward.length,
      figures: { references, applied: population, early: early.count, forward: forward.length },
      evidence: [...forward, ...early.rows].slice(0, exampleLimit).map((row) => {
        const target = targetOf(row)
        const own = audit.storedAt[(audit.base[room[row] ?? 0] ?? 0) + target] ?? nothing
        const who = client[row] ?? -1
        const isForward = forward.includes(row)
        return tell(history, {
          title: `seq ${seq[row]} of ${history.rooms[room[row] ?? 0]} refers to seq ${target}${isForward ? '' : `, which ${clientName(history, who)} did not have`}`,
          message: own < 0 ? null : own,
          recipient: isForward ? null : who,
          rows: [row],
          closing: isForward ? 'what it refers to stands above it in the log' : `${clientName(history, who)} applied it without what it refers to`,
        })
      }),
      doubt: audit.doubt,
    })
  },
}

const referring: ReadonlySet<number> = new Set([entryKinds.edit, entryKinds.delete, entryKinds.react, entryKinds.unreact, entryKinds.moderate])

interface References {
  /** By cell of the audit: the seq that what is there refers to, 0 when to none. */
  targets: Int32Array
  references: number
  /** Stored rows that refer to a seq above their own. */
  forward: number[]
}

function referencesIn(history: History): References {
  const { room, seq, message, value } = history.columns
  const { base, storedAt, storedRow, idRow } = auditOf(history)
  const result: References = { targets: new Int32Array(storedAt.length), references: 0, forward: [] }
  const refer = (row: number, target: number): void => {
    if (row === -1 || target < 1) return
    result.references++
    result.targets[(base[room[row] ?? 0] ?? 0) + (seq[row] ?? 0)] = target
    if (target >= (seq[row] ?? 0)) result.forward.push(row)
  }
  for (const row of history.rowsOf('storedEntry')) {
    const target = storedRow[message[row] ?? -1] ?? -1
    if (referring.has(value[row] ?? -1) && target !== -1) refer(row, seq[target] ?? 0)
  }
  const replies = history.rowsOf('repliesTo')
  if (replies.length === 0) return result
  const byId = new Map<number, number>()
  for (const row of idRow) if (row !== -1) byId.set(value[row] ?? -1, seq[row] ?? 0)
  for (let index = 0; index < replies.length; index++) {
    const row = replies[index] ?? 0
    refer(storedRow[message[row] ?? -1] ?? -1, byId.get(value[row] ?? -1) ?? seq[row] ?? 0)
  }
  return result
}

/** One pass in order of time, a bit for each (view, seq): the bits lie as the bytes of the ledger do. */
function appliedEarly(history: History, targets: Int32Array): { population: number; early: Suspects } {
  const { kind, layer, client, room, seq, message, length } = history.columns
  const { base, capacity, storedAt } = auditOf(history)
  const { from, step, flags } = ledgerOf(history)
  const members = membershipOf(history)
  const rooms = history.rooms.length
  const applied = new Uint8Array((flags.length + 7) >>> 3)
  const window = new Windows(history.clients.length * rooms)
  const [delivery, entry, syncReset, replaced] = [kinds.delivery.code, kinds.entry.code, kinds.syncReset.code, kinds.clientReplaced.code]
  const joined = kinds.joined.code
  const early = new Suspects()
  let population = 0
  for (let row = 0; row < length; row++) {
    const code = kind[row]
    const view = (client[row] ?? 0) * rooms + (room[row] ?? 0)
    if (code === syncReset) window.begin(view, (seq[row] ?? 0) + 1)
    else if (code === joined) window.raise(view, seq[row] ?? 0)
    else if (code === replaced) window.forget((client[row] ?? 0) * rooms, rooms)
    if ((code !== delivery && code !== entry) || ((layer[row] ?? 0) & layers.applied) === 0) continue
    const [inRoom = 0, at = 0, first = -1] = [room[row], seq[row], from[view]]
    if (first < 0 || at < 1 || at >= (capacity[inRoom] ?? 0)) continue
    const cell = (base[inRoom] ?? 0) + at
    const own = code === entry ? otherEntry : (message[row] ?? nothing)
    if (own !== nothing && storedAt[cell] !== own) continue
    const place = first + at * (step[view] ?? 1)
    applied[place >>> 3] = (applied[place >>> 3] ?? 0) | (1 << (place & 7))
    if (((layer[row] ?? 0) & layers.page) !== 0) continue
    const start = window.startOf(view, at)
    const target = targets[cell] ?? 0
    if (target < start || target >= at) continue
    const member = members.of(client[row] ?? -1, inRoom)
    if (member === null || !must(member, target)) continue
    population++
    const there = first + target * (step[view] ?? 1)
    if (((applied[there >>> 3] ?? 0) & (1 << (there & 7))) === 0) early.add(row)
  }
  return { population, early }
}

/** By view: the first seq of its window, at least 1. */
class Windows {
  readonly #starts: Int32Array

  constructor(views: number) {
    this.#starts = new Int32Array(views)
  }

  begin(view: number, seq: number): void {
    this.#starts[view] = seq
  }

  /** Not before there is one: it begins with what is applied first. */
  raise(view: number, seq: number): void {
    const known = this.#starts[view] ?? 0
    if (known !== 0 && seq > known) this.#starts[view] = seq
  }

  forget(first: number, count: number): void {
    this.#starts.fill(0, first, first + count)
  }

  /** A view without a window yet begins it with the seq that it applies. */
  startOf(view: number, applied: number): number {
    const known = this.#starts[view] ?? 0
    if (known !== 0) return known
    this.#starts[view] = applied
    return applied
  }
}
