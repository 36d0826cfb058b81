/** One client's view of one room, replayed row by row. */
import { layers } from '../history/codes.ts'
import { isApplied, isLikeStore, isPage, type PlainEvent } from './plain-events.ts'

export interface ViewReplay {
  /** Seqs applied in any generation. */
  everApplied: Set<number>
  /** Seqs that a reset skipped. */
  excused: Set<number>
  /** Last seq applied in order, -1 when none. */
  last: number
  /** Applied or shown again in one generation. */
  again: PlainEvent[]
  /** Applied with a hole before it. */
  jumped: PlainEvent[]
}

export function replayView(events: readonly PlainEvent[], client: number, room: number): ViewReplay {
  const view: ViewReplay = { everApplied: new Set(), excused: new Set(), last: -1, again: [], jumped: [] }
  let generation: PlainEvent[] = []
  const reset = (head: number): void => {
    for (let seq = Math.max(0, view.last); seq <= head; seq++) view.excused.add(seq)
    generation = []
    view.last = head
  }
  for (const event of events.filter((one) => one.client === client && (one.room === room || one.kind === 'clientReplaced'))) {
    if (event.kind === 'clientReplaced') [generation, view.last] = [[], -1]
    if (event.kind === 'syncReset') reset(event.seq)
    // Whoever joins again follows the room from its new join.
    else if (event.kind === 'joined' && view.last !== -1 && view.last < event.seq - 1) reset(event.seq - 1)
    if ((event.kind !== 'delivery' && event.kind !== 'entry') || !isLikeStore(events, event)) continue
    const seen = event.layer & (layers.applied | layers.shown)
    if (generation.some((one) => one.seq === event.seq && (one.layer & seen) !== 0)) view.again.push(event)
    generation.push(event)
    if (!isApplied(event)) continue
    view.everApplied.add(event.seq)
    if (isPage(event) || event.seq <= view.last) continue
    if (view.last !== -1 && event.seq !== view.last + 1) view.jumped.push(event)
    view.last = event.seq
  }
  return view
}
