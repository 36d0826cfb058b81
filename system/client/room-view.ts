/**
 * What a client has of a room, and the rule by which an arriving entry changes it. Pure: no socket, no clock.
 *
 *   seq == applied + 1   apply, then whatever was held right behind it
 *   seq <= applied       a redelivery: drop
 *   seq >  applied + 1   hold for order, bounded; beyond the bound drop, the range brings it again
 */
import { pageLimit } from '../codes-and-limits.ts'
import type { WireEntry } from '../protocol.ts'
import type { Way } from './observer.ts'

export interface HeldEntry {
  entry: WireEntry
  way: Way
}

export interface RoomView {
  readonly room: string
  epoch: string
  /** Rises with each reset: entries of one generation are applied once each. */
  generation: number
  applied: number
  /** Highest seq that is known to exist and that this view wants. */
  wanted: number
  readonly held: Map<number, HeldEntry>
  readonly holdLimit: number
}

export function createRoomView(room: string, epoch: string, applied: number, holdLimit: number): RoomView {
  return { room, epoch, generation: 0, applied, wanted: applied, held: new Map(), holdLimit }
}

export type Arrival = 'applied' | 'held' | 'redelivered' | 'dropped' | 'foreign'

/** What becomes of an arrival. After `applied`, call `releaseNext` until it gives nothing. `foreign`: of another epoch, without effect. */
export function arrive(view: RoomView, entry: WireEntry, way: Way): Arrival {
  if (entry.epoch !== view.epoch) return 'foreign'
  if (entry.seq <= view.applied) return 'redelivered'
  if (entry.seq > view.wanted) view.wanted = entry.seq
  if (entry.seq === view.applied + 1) {
    view.applied = entry.seq
    return 'applied'
  }
  if (view.held.has(entry.seq)) return 'redelivered'
  if (view.held.size >= view.holdLimit) return 'dropped'
  view.held.set(entry.seq, { entry, way })
  return 'held'
}

/** The held entry that is now next, applied; undefined when there is none. */
export function releaseNext(view: RoomView): HeldEntry | undefined {
  if (view.held.size === 0) return undefined
  const seq = view.applied + 1
  const next = view.held.get(seq)
  if (!next) return undefined
  view.held.delete(seq)
  view.applied = seq
  return next
}

/** The window `after < seq <= upTo` to ask for first, at most a page; null when nothing is missing. */
export function missingRange(view: RoomView): { after: number; upTo: number } | null {
  if (view.applied >= view.wanted) return null
  let upTo = Math.min(view.wanted, view.applied + pageLimit)
  for (const seq of view.held.keys()) if (seq <= upTo) upTo = seq - 1
  return upTo > view.applied ? { after: view.applied, upTo } : null
}

export function want(view: RoomView, head: number): void {
  if (head > view.wanted) view.wanted = head
}

/** A new generation that follows the room from `head` on; what lies below is paged in beside it. */
export function resetView(view: RoomView, epoch: string, head: number): void {
  view.epoch = epoch
  view.generation += 1
  view.applied = head
  view.wanted = head
  view.held.clear()
}
