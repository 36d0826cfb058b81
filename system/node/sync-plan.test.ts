import { describe, expect, test } from 'vitest'
import { planSync } from './sync-plan.ts'

const room = { epoch: 'e', head: 50, joinedSeq: 1, wasMember: false }

describe('what a cursor needs', () => {
  test('a cursor inside the log is replayed from where it stands', () => {
    expect(planSync({ epoch: 'e', appliedSeq: 20 }, room)).toEqual({ kind: 'replay', after: 20 })
  })
  test('a member who has applied everything before its join begins with its join', () => {
    expect(planSync({ epoch: 'e', appliedSeq: 9 }, { ...room, joinedSeq: 10 })).toEqual({ kind: 'replay', after: 9 })
  })
  test.each([
    ['another epoch', { epoch: 'f', appliedSeq: 20 }, room, 'epoch_changed'],
    ['a cursor past the head', { epoch: 'e', appliedSeq: 51 }, room, 'unknown_cursor'],
    ['a cursor from an earlier stay', { epoch: 'e', appliedSeq: 3 }, { ...room, joinedSeq: 10, wasMember: true }, 'rejoined'],
    ['more entries than the replay limit', { epoch: 'e', appliedSeq: 20 }, { ...room, head: 1021 }, 'gap_over_limit'],
  ] as const)('%s resets the view', (_, cursor, position, reason) => {
    expect(planSync(cursor, position)).toEqual({ kind: 'reset', reason })
  })
})
