/**
 * What a client reads on purpose and what it shows, in histories by hand:
 *
 *   0.050 bob asksPage room-1                 then page room-1 from to [newest=1] [more=1] [continues=1], and of that page: reads m1 3, readsStub room-1 4
 *   0.050 bob asksFor search room-1            and its answer: answered search room-1 [number=0] [end=failed]
 *   0.060 bob found room-1 1 query=sd1+0+1 [limit=20]     its hits follow: hit m1 4
 *   9.010 bob view room-1 2                   what it shows at the end: two messages, in this order: views m1 3, views m2 4
 *   0.020 bob replies m2 3                    m2, which bob just sent, answers what is at seq 3
 */
import { askEnds, asks, pageAsks, recordBits, traversalShift } from '../history/codes.ts'
import type { Cells } from '../history/columns.ts'
import { lookup, recordIn, type Line, type TextIds, type TextRow } from './text-line.ts'

/** The rows of such a line; null when its verb is another one. */
export function readRows({ verb, words, keys }: Line, ids: TextIds): TextRow[] | null {
  const at = (index: number): number => Number(words[index] ?? -1)
  const about = (): Cells => ({
    room: ids.room(keys['room'] ?? ids.home),
    message: ids.message(words[0]),
    seq: at(1),
    rev: Number(keys['rev'] ?? at(1)),
    value: recordIn(keys, words[0] ?? ''),
  })
  const number = Number(keys['number'] ?? 0)
  switch (verb) {
    case 'asksPage':
      return [{ kind: 'askInvoked', room: ids.room(words[0]), seq: number, value: asks.page }]
    case 'asksFor':
      return [{ kind: 'askInvoked', room: ids.room(words[1]), seq: number, value: lookup(asks, words[0]) }]
    case 'found':
      return [
        {
          kind: 'searchRead',
          room: ids.room(words[0]),
          seq: at(1),
          rev: Number(keys['limit'] ?? 20),
          value: ids.name((keys['query'] ?? '').replaceAll('+', ' ')),
        },
      ]
    case 'hit':
      return [{ kind: 'readMessage', ...about(), layer: 4 }]
    case 'answered':
      return [{ kind: 'askEnded', room: ids.room(words[1]), seq: number, value: lookup(asks, words[0]), layer: lookup(askEnds, keys['end'] ?? 'ok') }]
    case 'page': {
      const bits =
        (keys['more'] ? 1 : 0) |
        (keys['newest'] ? pageAsks.newest : 0) |
        (keys['continues'] ? pageAsks.continues : 0) |
        (Number(keys['traversal'] ?? 0) << traversalShift)
      return [
        { kind: 'askEnded', room: ids.room(words[0]), seq: number, value: asks.page, layer: askEnds.ok },
        { kind: 'pageRead', room: ids.room(words[0]), seq: at(1), rev: at(2), layer: bits },
      ]
    }
    case 'reads':
      return [{ kind: 'readMessage', ...about(), layer: 2 }]
    case 'readsStub':
      return [{ kind: 'readMessage', room: ids.room(words[0]), seq: at(1), rev: Number(keys['rev'] ?? at(1)), layer: 2 | recordBits.stub }]
    case 'view':
      return [{ kind: 'viewShown', room: ids.room(words[0]), seq: at(1) }]
    case 'views':
      return [{ kind: 'viewMessage', ...about() }]
    case 'replies':
      return [{ kind: 'repliesTo', room: ids.room(ids.home), message: ids.message(words[0]), seq: at(1), value: ids.name(keys['id'] ?? '') }]
    default:
      return null
  }
}
