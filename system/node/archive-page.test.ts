import { expect, test } from 'vitest'
import { archiveWindow, readableSpans } from './archive-page.ts'

test('of archived windows only what lies inside the stays is read', () => {
  const archives = [
    { after: 0, upTo: 100 },
    { after: 200, upTo: 300 },
  ]
  const stays = [
    { joinedSeq: 50, leftSeq: 60 },
    { joinedSeq: 90, leftSeq: 210 },
    { joinedSeq: 400, leftSeq: null },
  ]
  expect(readableSpans(archives, stays)).toEqual([
    { after: 49, upTo: 60 },
    { after: 89, upTo: 100 },
    { after: 200, upTo: 210 },
  ])
})

test('pages go down over gaps between archives, and end truthfully', () => {
  const spans = [
    { after: 10, upTo: 30 },
    { after: 200, upTo: 210 },
  ]
  expect(archiveWindow(spans, Infinity, 10)).toEqual({ window: { after: 200, upTo: 210 }, hasMore: true })
  expect(archiveWindow(spans, 201, 10)).toEqual({ window: { after: 20, upTo: 30 }, hasMore: true })
  expect(archiveWindow(spans, 21, 10)).toEqual({ window: { after: 10, upTo: 20 }, hasMore: false })
  expect(archiveWindow(spans, 11, 10)).toBeNull()
  expect(archiveWindow([], Infinity, 10)).toBeNull()
})
