import { expect, test } from 'vitest'
import { askingOf } from './heartbeat.ts'

test('a quiet room is asked for in every round', () => {
  const mustAsk = askingOf()
  const room = { ownSeq: 0 }
  expect([mustAsk(room), mustAsk(room)]).toEqual([true, true])
})

test('a commit of this node answers for one round, in its own room only', () => {
  const mustAsk = askingOf()
  const [busy, quiet] = [{ ownSeq: 4 }, { ownSeq: 0 }]
  expect([mustAsk(busy), mustAsk(quiet)]).toEqual([false, true])
  expect(mustAsk(busy)).toBe(true)
  busy.ownSeq = 9
  expect(mustAsk(busy)).toBe(false)
})
