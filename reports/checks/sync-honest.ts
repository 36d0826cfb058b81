/**
 * Rule: a client that named the applied seq c and is told that its sync is complete up to head has had everything in (c, head] on the wire since it asked, by
 * sync or live, whatever came again aside; and c is no higher than what it had applied without a hole. After a reset the view follows the room from the head
 * of the reset: nothing up to there comes as a replay beside it, and (that head, head] is owed like (c, head].
 * A fresh client of the audit that was told so has every message that the store and another fresh client's pages have.
 * Excused: what is stored at the edges of the client's membership, and outside, may come or not: the node that answers may have folded the join or leave or
 * not yet. A sync that ended with its connection has promised nothing. What a view is owed by pages after a reset is for delivered-to-all.
 * Population: syncs that were told to be complete, and resets.
 * Unknown: without a sound audit.
 * Can't see: whether the client applied what came (delivered-to-all, applied-once); whether it was intact (intact); a head that was too low
 * (session-guarantees); syncs that never ended (recovery).
 */
import type { History } from '../history/history.ts'
import { layers } from '../history/codes.ts'
import { kinds } from '../history/kinds.ts'
import { auditOf, nothing, type Audit } from './audit.ts'
import type { Check } from './check.ts'
import { conclude, exampleLimit } from './finding.ts'
import { membershipOf, must, type Membership } from './membership.ts'
import { clientName, tell } from './story.ts'

interface Found {
  what: 'missing' | 'partial' | 'cursor'
  client: number
  room: number
  seq: number
  rows: number[]
}

interface Tally {
  completed: number
  resets: number
  longestReplay: number
  missing: number
  partialReplays: number
  cursorsAhead: number
  found: Found[]
}

/** Its bit among the readers of the audit. */
const bySync = 2

export const syncHonest: Check = {
  name: 'sync-honest',
  claim: 'whoever was told that its sync is complete had everything up to that head',
  needs: ['sync'],
  examine(history) {
    const { completed, resets, longestReplay, missing, partialReplays, cursorsAhead, found } = followSyncs(history)
    const byAudit = auditOf(history).skipped.filter(({ reader }) => reader === bySync)
    const missed = byAudit.map(({ room, seq }): Found => ({ what: 'missing', client: -1, room, seq, rows: [] }))
    return conclude({
      population: completed + resets,
      violations: missing + partialReplays + cursorsAhead + byAudit.length,
      figures: { completed, resets, longestReplay, missing, partialReplays, cursorsAhead, missingInAudit: byAudit.length },
      evidence: [...found, ...missed].slice(0, exampleLimit).map((one) => story(history, one)),
      doubt: auditOf(history).doubt,
    })
  },
}

/** A sync under way. */
interface Sync {
  beginRow: number
  resetRow: number
  resetHead: number
  /** c, or the head of the reset. */
  cursor: number
  /** Everything above the cursor up to here came since. */
  came: number
  /** What came above a hole. */
  ahead: Set<number>
}

function followSyncs(history: History): Tally {
  const { kind, client, room, seq, layer, length } = history.columns
  const rooms = history.rooms.length
  const follower = new Follower(history)
  const codes = kinds
  for (let row = follower.ordinary(history, 0); row < length; row = follower.ordinary(history, row + 1)) {
    const view = (client[row] ?? 0) * rooms + (room[row] ?? 0)
    const at = seq[row] ?? 0
    switch (kind[row]) {
      case codes.delivery.code:
      case codes.entry.code:
        follower.arrival(view, at, layer[row] ?? 0, row)
        break
      case codes.syncBegin.code:
        follower.begin(view, at, row)
        break
      case codes.syncReset.code:
        follower.reset(view, at, row)
        break
      case codes.syncComplete.code:
        follower.complete(view, at, row)
        break
      case codes.joined.code:
        follower.joined(view, at)
        break
      case codes.disconnect.code:
        follower.forget(client[row] ?? 0, false)
        break
      case codes.clientReplaced.code:
        follower.forget(client[row] ?? 0, true)
    }
  }
  return follower.tally
}

/** By kind code: 1 for those that tell of syncs, deliveries apart. */
const ofSyncs = new Uint8Array(256)
for (const kind of [kinds.entry, kinds.syncBegin, kinds.syncReset, kinds.syncComplete, kinds.joined, kinds.disconnect, kinds.clientReplaced])
  ofSyncs[kind.code] = 1

/** What every view has applied without a hole, and the syncs under way, row by row. */
class Follower {
  readonly tally: Tally = { completed: 0, resets: 0, longestReplay: 0, missing: 0, partialReplays: 0, cursorsAhead: 0, found: [] }
  readonly #rooms: number
  readonly #audit: Audit
  readonly #membership: Membership
  /** By view: -1 when it has nothing. */
  readonly #through: Int32Array
  readonly #syncs = new Map<number, Sync>()
  /** By view: 1 while a sync is under way. */
  readonly #isOpen: Uint8Array

  constructor(history: History) {
    this.#rooms = history.rooms.length
    this.#audit = auditOf(history)
    this.#membership = membershipOf(history)
    this.#through = new Int32Array(history.clients.length * this.#rooms).fill(-1)
    this.#isOpen = new Uint8Array(this.#through.length)
  }

  /**
   * Takes the deliveries from `start` at views that no sync is under way of; returns the first row that needs more (or the number of rows).
   * Subtle: it calls nothing, like the ledger's hot loop.
   */
  ordinary({ columns }: History, start: number): number {
    const { kind, layer, client, room, seq, length } = columns
    const [rooms, through, isOpen] = [this.#rooms, this.#through, this.#isOpen]
    const delivery = kinds.delivery.code
    const way = layers.applied | layers.page
    for (let row = start; row < length; row++) {
      const code = kind[row] ?? 0
      if (code !== delivery) {
        if (ofSyncs[code] === 1) return row
        continue
      }
      const view = (client[row] ?? 0) * rooms + (room[row] ?? 0)
      if (isOpen[view] === 1) return row
      if (((layer[row] ?? 0) & way) !== layers.applied) continue
      const at = seq[row] ?? 0
      const before = through[view] ?? -1
      if (before === -1 || at === before + 1) through[view] = at
    }
    return length
  }

  arrival(view: number, seq: number, layer: number, row: number): void {
    if ((layer & (layers.applied | layers.page)) === layers.applied) {
      const through = this.#through[view] ?? -1
      if (through === -1 || seq === through + 1) this.#through[view] = seq
    }
    if (this.#isOpen[view] !== 1 || (layer & layers.wire) === 0) return
    const sync = this.#syncs.get(view)
    if (sync === undefined) return
    if ((layer & layers.sync) !== 0 && seq <= sync.resetHead) {
      this.tally.partialReplays++
      this.#tell('partial', view, seq, [sync.beginRow, sync.resetRow, row])
    }
    if (seq > sync.came + 1) sync.ahead.add(seq)
    else if (seq === sync.came + 1) for (sync.came++; sync.ahead.delete(sync.came + 1);) sync.came++
  }

  begin(view: number, cursor: number, row: number): void {
    const through = this.#through[view] ?? -1
    if (through !== -1 && cursor > through) {
      this.tally.cursorsAhead++
      this.#tell('cursor', view, through + 1, [row])
    }
    this.#isOpen[view] = 1
    this.#syncs.set(view, { beginRow: row, resetRow: -1, resetHead: -1, cursor, came: cursor, ahead: new Set() })
  }

  reset(view: number, head: number, row: number): void {
    this.tally.resets++
    this.#through[view] = head
    const sync = this.#syncs.get(view)
    if (sync !== undefined) this.#syncs.set(view, { ...sync, resetRow: row, resetHead: head, cursor: head, came: head, ahead: new Set() })
  }

  complete(view: number, head: number, row: number): void {
    const sync = this.#syncs.get(view)
    if (sync === undefined) return
    this.#close(view)
    this.tally.completed++
    this.tally.longestReplay = Math.max(this.tally.longestReplay, sync.came - sync.cursor)
    for (let seq = sync.came + 1; seq <= head; seq++) {
      if (sync.ahead.has(seq) || !this.#isOwed(view, seq)) continue
      this.tally.missing++
      this.#tell('missing', view, seq, [sync.beginRow, sync.resetRow, row])
    }
  }

  /** It follows the room from its join on. */
  joined(view: number, seq: number): void {
    this.#through[view] = Math.max(this.#through[view] ?? -1, seq - 1)
  }

  /** Its syncs ended with the connection; its views too, when it is a new client. */
  forget(client: number, views: boolean): void {
    for (let view = client * this.#rooms; view < (client + 1) * this.#rooms; view++) {
      if (this.#isOpen[view] === 1) this.#close(view)
      if (views) this.#through[view] = -1
    }
  }

  #close(view: number): void {
    this.#isOpen[view] = 0
    this.#syncs.delete(view)
  }

  #isOwed(view: number, seq: number): boolean {
    const room = view % this.#rooms
    const member = this.#membership.of(Math.floor(view / this.#rooms), room)
    const { base, capacity, storedAt } = this.#audit
    return seq < (capacity[room] ?? 0) && storedAt[(base[room] ?? 0) + seq] !== nothing && member !== null && must(member, seq)
  }

  #tell(what: Found['what'], view: number, seq: number, rows: number[]): void {
    if (this.tally.found.length >= exampleLimit) return
    this.tally.found.push({ what, client: Math.floor(view / this.#rooms), room: view % this.#rooms, seq, rows: rows.filter((row) => row !== -1) })
  }
}

const texts: Readonly<Record<Found['what'], string>> = {
  missing: 'had not come when the sync was called complete',
  partial: 'was replayed although the view had been reset above it',
  cursor: 'was passed over: it never applied it, and named a higher seq as applied',
}

function story(history: History, { what, client, room, seq, rows }: Found): ReturnType<typeof tell> {
  const { base, storedAt, storedRow } = auditOf(history)
  const own = storedAt[(base[room] ?? 0) + seq] ?? nothing
  const stored = own < 0 ? -1 : (storedRow[own] ?? -1)
  return tell(history, {
    title: `seq ${seq} of ${history.rooms[room]} for ${client === -1 ? 'a fresh client' : clientName(history, client)}: it ${texts[what]}`,
    message: own < 0 ? null : own,
    recipient: client,
    rows: stored === -1 ? rows : [...rows, stored],
    closing: `it ${texts[what]}`,
  })
}
