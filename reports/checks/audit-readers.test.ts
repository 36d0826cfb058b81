import { expect, test } from 'vitest'
import { auditOf } from './audit.ts'
import { changed, eventful, type Change } from './clean-history.ts'
import { parseHistory } from './text-history.ts'

const doubtOf = (change: Change = {}): string | null => auditOf(parseHistory(changed(change))).doubt

test('readers that tell the same leave no doubt, and one may begin above the first seq', () => {
  expect(doubtOf()).toBeNull()
  expect(doubtOf(eventful)).toBeNull()
  expect(doubtOf({ without: ['audit read m1'] })).toBeNull()
  expect(doubtOf({ with: ['9.2 audit readEntry join room-1 1', '9.2 audit readEntry join room-1 2'] })).toBeNull()
})
test.each([
  ['another head', { with: ['9.2 audit head room-1 7 layer=2'] }, 'head of room-1 is 6 in the store and 7 for a fresh client (sync)'],
  ['another message', { without: ['read m2'], with: ['9.2 audit read m1 room-1 5'] }, 'room-1 seq 5 is not the same in the store'],
  [
    'another content',
    { without: ['read m2'], with: ['9.2 audit read m2 room-1 5 body=other layer=4'] },
    'room-1 seq 5 is not the same in the store and for a fresh client (history)',
  ],
  ['a message that is not there', { with: ['9.2 audit read m9 room-1 6'] }, 'room-1 seq 6 is not the same'],
  ['a message skipped', { without: ['read m2'] }, 'a fresh client (sync) did not see room-1 seq 5'],
  ['another kind of entry', { with: ['9.2 audit readEntry leave room-1 2'] }, 'room-1 seq 2 is not the same entry'],
  [
    'an entry in place of a message',
    { with: ['9.2 audit readEntry join room-1 5 layer=4'] },
    'room-1 seq 5 is not the same entry in the store and for a fresh client (history)',
  ],
])('%s is a doubt about everything that rests on the audit', (_, change, why) => {
  expect(doubtOf(change)).toContain(why)
})
test('a message that one fresh client alone lacks is no doubt, and it is known which of them', () => {
  const readers = ['1', '2', '3'].map((number) => `9.2 audit read m${number} room-1 ${3 + Number(number)} layer=4`)
  const skipped = (change: Change) => auditOf(parseHistory(changed(change)))
  expect(skipped({ without: ['read m2'], with: readers })).toMatchObject({ doubt: null, skipped: [{ room: 0, seq: 5, reader: 2 }] })
  expect(skipped({ with: readers.filter((line) => !line.includes('m2')) })).toMatchObject({ doubt: null, skipped: [{ room: 0, seq: 5, reader: 4 }] })
  expect(skipped({ without: ['read m2'], with: readers.filter((line) => !line.includes('m2')) }).doubt).toContain('did not see room-1 seq 5')
})
test('what is held is whole to the store alone, and a later change between two reads is no difference', () => {
  const held = [
    '9.2 audit entry moderate alice room-1 7 about=m3',
    '9.2 audit record m3 room-1 6 rev=7 held=1 moderation=held',
    '9.2 audit head room-1 7',
    '9.3 audit readStub m3 room-1 6 rev=7',
  ]
  expect(doubtOf({ without: ['audit head', 'read m3'], with: held })).toBeNull()
  expect(doubtOf({ without: ['audit head', 'read m3'], with: [...held.slice(0, 3), '9.3 audit read m3 room-1 6 rev=6'] })).toBeNull()
})
