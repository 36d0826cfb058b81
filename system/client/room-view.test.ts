import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { WireEntry } from '../protocol.ts'
import { arrive, createRoomView, missingRange, releaseNext, resetView, want } from './room-view.ts'
import type { RoomView } from './room-view.ts'

function entryAt(seq: number, epoch = 'e1'): WireEntry {
  return { room: 'r', epoch, seq, rev: seq, id: `id-${seq}`, actorId: 'u', operationId: `op-${seq}`, at: 0, kind: 'join' }
}
/** Seqs that the view applies at this arrival, in order. */
function feed(view: RoomView, seq: number): number[] {
  if (arrive(view, entryAt(seq), 'live') !== 'applied') return []
  const applied = [seq]
  for (let next = releaseNext(view); next; next = releaseNext(view)) applied.push(next.entry.seq)
  return applied
}

describe('room view', () => {
  it('applies the next entry and drops one that it has', () => {
    const view = createRoomView('r', 'e1', 4, 10)
    expect(arrive(view, entryAt(5), 'live')).toBe('applied')
    expect(arrive(view, entryAt(5), 'sync')).toBe('redelivered')
    expect(view.applied).toBe(5)
  })

  it('holds what is above a gap and releases it in order once the gap closes', () => {
    const view = createRoomView('r', 'e1', 0, 10)
    expect([3, 2, 4].map((seq) => arrive(view, entryAt(seq), 'live'))).toEqual(['held', 'held', 'held'])
    expect(arrive(view, entryAt(3), 'live')).toBe('redelivered')
    expect(feed(view, 1)).toEqual([1, 2, 3, 4])
    expect(missingRange(view)).toBeNull()
  })

  it('asks only for what is missing below the lowest held entry, a page at most', () => {
    const view = createRoomView('r', 'e1', 10, 10)
    arrive(view, entryAt(15), 'live')
    expect(missingRange(view)).toEqual({ after: 10, upTo: 14 })
    want(view, 500)
    expect(missingRange(view)).toEqual({ after: 10, upTo: 14 })
    resetView(view, 'e1', 100)
    want(view, 500)
    expect(missingRange(view)).toEqual({ after: 100, upTo: 200 })
  })

  it('drops what does not fit into the hold and still wants it', () => {
    const view = createRoomView('r', 'e1', 0, 2)
    expect([5, 6, 7].map((seq) => arrive(view, entryAt(seq), 'live'))).toEqual(['held', 'held', 'dropped'])
    expect([1, 2, 3, 4].flatMap((seq) => feed(view, seq))).toEqual([1, 2, 3, 4, 5, 6])
    expect(missingRange(view)).toEqual({ after: 6, upTo: 7 })
  })

  it('leaves entries of another epoch without effect', () => {
    const view = createRoomView('r', 'e1', 0, 2)
    expect(arrive(view, entryAt(1, 'e2'), 'live')).toBe('foreign')
    expect(view).toMatchObject({ applied: 0, wanted: 0 })
  })

  it('begins a generation at the head without what was held', () => {
    const view = createRoomView('r', 'e1', 0, 2)
    arrive(view, entryAt(9), 'live')
    resetView(view, 'e2', 20)
    expect(view).toMatchObject({ epoch: 'e2', generation: 1, applied: 20, wanted: 20 })
    expect(view.held.size).toBe(0)
  })

  it('applies each seq once and in order, whatever the order, the duplicates and the size of the hold', () => {
    const arrivals = fc
      .integer({ min: 1, max: 40 })
      .chain((last) => fc.tuple(fc.constant(last), fc.array(fc.integer({ min: 1, max: last }), { maxLength: 150 }), fc.integer({ min: 0, max: 8 })))
    fc.assert(
      fc.property(arrivals, ([last, seqs, holdLimit]) => {
        const view = createRoomView('r', 'e1', 0, holdLimit)
        const applied = seqs.flatMap((seq) => feed(view, seq))
        want(view, last)
        for (let range = missingRange(view); range; range = missingRange(view)) {
          for (let seq = range.after + 1; seq <= range.upTo; seq += 1) applied.push(...feed(view, seq))
        }
        expect(applied).toEqual(Array.from({ length: last }, (_, index) => index + 1))
        expect(view.held.size).toBe(0)
      }),
    )
  })
})
