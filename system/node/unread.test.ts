import { expect, test } from 'vitest'
import { unreadWindows } from './unread.ts'

const room = { roomId: 'r', epoch: 'e', head: 2500 }
const spans = (...found: Parameters<typeof unreadWindows>) => unreadWindows(...found).map(({ after, upTo }) => [after, upTo])

test('what is after the read mark and inside the stays is counted, in windows of at most 1,000 seqs', () => {
  expect(spans(room, [{ joinedSeq: 1, leftSeq: null }], 400)).toEqual([
    [400, 1400],
    [1400, 2400],
    [2400, 2500],
  ])
  expect(
    spans(
      room,
      [
        { joinedSeq: 10, leftSeq: 20 },
        { joinedSeq: 2450, leftSeq: null },
      ],
      15,
    ),
  ).toEqual([
    [15, 20],
    [2449, 2500],
  ])
  expect(spans(room, [{ joinedSeq: 1, leftSeq: null }], 2500)).toEqual([])
})

test('of a long unread room only the last 10,000 seqs are counted', () => {
  const windows = spans({ ...room, head: 1_000_000 }, [{ joinedSeq: 1, leftSeq: null }], 0)
  expect([windows.length, windows[0]?.[0]]).toEqual([10, 990_000])
})
