/** Gets what a room's view lacks: ranges above it, history below a reset. One request of each kind in flight per room. */
import { pageLimit } from '../codes-and-limits.ts'
import type { HistoryAck, ProtocolError, RangeAck } from '../protocol.ts'
import type { Alarms } from './alarms.ts'
import type { Connection } from './connection.ts'
import type { Intake } from './intake.ts'
import type { Observer } from './observer.ts'
import { missingRange, want } from './room-view.ts'
import type { Room } from './room.ts'
import { backoffMs } from './settings.ts'
import type { ClientSettings } from './settings.ts'

export interface RepairOptions {
  connection: Connection
  intake: Intake
  observer: Pick<Observer, 'rangeAsked'>
  settings: ClientSettings
  alarms: Alarms
  random: () => number
  /** The node is in another epoch than the view. */
  otherEpoch: (room: Room) => void
  changed: () => void
}

export interface Repair {
  /** Asks for missing ranges until nothing is missing or the connection ends. Only while the room is synced. */
  fill(room: Room): Promise<void>
  /** Something is held or was dropped: give the missing entry a moment, then ask. */
  gap(room: Room): void
  /** A heartbeat told this head: give live delivery the grace, then ask. */
  headTold(room: Room, head: number): void
  /** Loads history pages downwards; `newestOnly` stops after one. True when it got so far. */
  backfill(room: Room, newestOnly: boolean): Promise<boolean>
}

type Step = 'progress' | 'nothing' | 'stop'

export function createRepair(options: RepairOptions): Repair {
  const { connection, intake, observer, settings, alarms, random, changed } = options

  /** Repeats `step` until it stops or the connection is another one; pauses after each step without progress. */
  async function repeat(step: () => Promise<Step>): Promise<void> {
    const session = connection.session()
    for (let idle = 0; session === connection.session() && !alarms.closed();) {
      const result = await step().catch((): Step => 'nothing')
      if (session !== connection.session() || result === 'stop') return
      idle = result === 'progress' ? 0 : idle + 1
      if (idle > 0) await alarms.sleep(backoffMs(idle, settings, random))
    }
  }
  function refused(room: Room, error: ProtocolError): Step {
    if (error.code === 'epoch_changed') options.otherEpoch(room)
    if (error.code === 'forbidden') room.ended = true
    return error.code === 'epoch_changed' || error.code === 'forbidden' || error.code === 'invalid' ? 'stop' : 'nothing'
  }

  async function askRange(room: Room): Promise<Step> {
    const range = room.synced ? missingRange(room.view) : null
    if (!range) return 'stop'
    observer.rangeAsked(room.name, range.after, range.upTo)
    const epoch = room.view.epoch
    const answer: RangeAck = await connection.request('range:get', { room: room.name, epoch, after: range.after, upTo: range.upTo })
    if (!answer.ok) return refused(room, answer.error)
    const before = room.view.applied
    for (const entry of answer.entries) intake.take(room, entry, 'range')
    return room.view.applied > before ? 'progress' : 'nothing'
  }
  async function fill(room: Room): Promise<void> {
    if (room.asking || !room.synced) return
    room.asking = true
    const session = connection.session()
    await repeat(() => askRange(room))
    room.asking = false
    changed()
    if (session !== connection.session()) await fill(room)
  }

  async function askPage(room: Room, newestOnly: boolean): Promise<Step> {
    const wanted = room.backfill
    if (!wanted) return 'stop'
    const generation = room.view.generation
    const answer: HistoryAck = await connection.request('history:page', {
      room: room.name,
      before: wanted.before,
      limit: Math.min(pageLimit, wanted.before - 1 - wanted.floor),
    })
    if (generation !== room.view.generation) return 'stop'
    if (!answer.ok) return refused(room, answer.error)
    if (answer.epoch !== room.view.epoch) {
      options.otherEpoch(room)
      return 'stop'
    }
    for (const entry of answer.entries) intake.takeFromHistory(room, entry)
    const before = answer.from + 1
    room.backfill = answer.hasMore && before - 1 > wanted.floor ? { before, floor: wanted.floor } : null
    return newestOnly || !room.backfill ? 'stop' : 'progress'
  }

  return {
    fill,
    gap(room) {
      if (room.cancelHold || !room.synced) return
      room.cancelHold = alarms.after(settings.holdMs, () => {
        room.cancelHold = null
        void fill(room)
      })
    },
    headTold(room, head) {
      if (head <= room.view.applied || room.cancelGrace || !room.synced) return
      room.cancelGrace = alarms.after(settings.graceMs, () => {
        room.cancelGrace = null
        if (head <= room.view.applied) return
        want(room.view, head)
        void fill(room)
      })
    },
    async backfill(room, newestOnly) {
      if (room.backfilling) return false
      room.backfilling = true
      const session = connection.session()
      await repeat(() => askPage(room, newestOnly))
      room.backfilling = false
      changed()
      return session === connection.session()
    },
  }
}
