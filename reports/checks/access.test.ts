import { expect, test } from 'vitest'
import { access } from './access.ts'
import { examineChanged, examineEventful, type Change } from './clean-history.ts'
import { examineExample } from './examples.ts'
import { kicked } from './hand-histories.ts'

const judged = (change: Change = {}): ReturnType<typeof examineEventful> =>
  examineEventful(access, {
    ...change,
    with: [...kicked.filter((line) => change.without?.some((text) => line.includes(text)) !== true), ...(change.with ?? [])],
    without: change.without?.filter((text) => !kicked.some((line) => line.includes(text))) ?? [],
  })

test('valid: everything that reached anybody lies within its stay', () => {
  expect(examineChanged(access)).toMatchObject({ verdict: 'valid', figures: { sends: 3, leaked: 0 } })
  expect(judged()).toMatchObject({ verdict: 'valid', figures: { excused: 0 } })
})
test('invalid: a message that was committed after the ack of a kick reaches who was kicked, on whatever node', () => {
  const finding = examineExample('access')
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { leaked: 1 } })
  expect(finding.evidence[0]?.title).toBe('seq 10 of room-1 is outside every stay of carol')
  expect(finding.evidence[0]?.events.map((event) => event.text)).toEqual(
    expect.arrayContaining([
      'carol applies it as seq 10 of room-1 (live)',
      'alice is told that the kick is done: seq 9',
      'audit: it was a member from seq 3 to 9',
    ]),
  )
})
test('invalid: a sync, a page or a search brings what lies outside', () => {
  expect(judged({ with: ['4.220 carol gets m4 10 way=sync'] })).toMatchObject({ verdict: 'invalid', figures: { leaked: 1 } })
  expect(judged({ with: ['4.220 carol reads m4 10'] })).toMatchObject({ verdict: 'invalid', figures: { leaked: 1 } })
})
test('invalid: something of before the first join, and of a room that somebody never joined', () => {
  const late = { without: ['entry join carol'], with: ['9.102 audit entry join carol room-1 6', '9.102 audit entry react alice room-1 3'] }
  expect(examineChanged(access, late)).toMatchObject({ verdict: 'invalid', figures: { leaked: 3 } })
  expect(examineChanged(access, { without: ['entry join carol'], with: ['9.102 audit entry react alice room-1 3'] })).toMatchObject({ verdict: 'invalid' })
})
test('invalid: a head and a cursor of after the ack', () => {
  expect(judged({ with: ['4.4 carol heartbeat room-1 10', '4.5 carol receipt bob room-1 10'] })).toMatchObject({ verdict: 'invalid', figures: { leaked: 2 } })
})
test('near miss: a cursor of between two stays, once its reader has asked to come back', () => {
  const back = ['4.600 carol asksJoin room-1', '9.101 audit entry join carol room-1 11', '9.108 audit head room-1 11']
  const shown = (atS: number) => judged({ without: ['audit head'], with: [...back, `${atS} carol receipt bob room-1 10`] })
  expect(shown(4.7).verdict).toBe('valid')
  expect(shown(4.5)).toMatchObject({ verdict: 'invalid', figures: { leaked: 1 } })
})
test('invalid: a page is given to who was put out', () => {
  const finding = judged({ with: ['4.600 carol asksPage room-1', '4.610 carol page room-1 0 9 newest=1'] })
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { readOutside: 1 } })
})
test('invalid: a search is answered to who was put out', () => {
  const finding = judged({ with: ['4.600 carol asksFor search room-1', '4.610 carol answered search room-1'] })
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { readOutside: 1 } })
})
test('invalid: a token that has expired opens the chat', () => {
  const tried = (end: string) => judged({ with: ['4.0 bob asksFor expiredToken room-1', `4.1 bob answered expiredToken room-1 end=${end}`] })
  expect(tried('ok')).toMatchObject({ verdict: 'invalid', figures: { expiredTokens: 1, expiredAccepted: 1 } })
  expect(tried('failed').verdict).toBe('valid')
  // Nobody answered: what it would have opened isn't known.
  expect(tried('unknown').verdict).toBe('valid')
})
test('near miss: it was asked for before the ack, or answered after its asker was back', () => {
  expect(judged({ with: ['4.240 carol asksFor search room-1', '4.260 carol answered search room-1'] }).verdict).toBe('valid')
  const back = ['4.600 carol asksFor typing room-1', '4.650 carol asksJoin room-1', '4.700 carol answered typing room-1']
  expect(judged({ with: back }).verdict).toBe('valid')
})
test('invalid: a message of who was put out is accepted', () => {
  const change = {
    without: ['carol failed m5', 'carol status m5 failed'],
    with: ['9.103 audit stored m5 room-1 11 node-1', '9.107 audit read m5 room-1 11', '9.108 audit head room-1 11'],
  }
  expect(judged({ ...change, without: [...change.without, 'audit head'] })).toMatchObject({ verdict: 'invalid', figures: { acceptedOutside: 1 } })
})
test('unknown: no audit', () => {
  expect(examineChanged(access, { without: ['audit head'] }).verdict).toBe('unknown')
})
test('near miss: live traffic that was committed before the ack, however late it arrives, or when it is not known', () => {
  expect(judged({ without: ['committed m4'], with: ['4.240 node-2 committed m4 seq=10', '4.900 carol gets m4 10'] })).toMatchObject({
    verdict: 'valid',
    figures: { excused: 1 },
  })
  expect(judged({ without: ['committed m4'], with: ['4.350 carol gets m4 10'] })).toMatchObject({ verdict: 'valid', figures: { excused: 1 } })
  expect(judged({ without: ['alice done kick'], with: ['4.350 carol gets m4 10'] })).toMatchObject({ verdict: 'valid', figures: { excused: 1 } })
})
test('near miss: the leave itself, a page asked for before the ack, and a later stay', () => {
  expect(judged({ with: ['4.200 carol sees leave room-1 9', '4.240 carol asksPage room-1', '4.260 carol page room-1 0 9 newest=1'] }).verdict).toBe('valid')
  const back = [
    '4.700 carol joined room-1 11',
    '9.101 audit entry join carol room-1 11',
    '9.108 audit head room-1 11',
    '4.800 carol asksPage room-1',
    '4.810 carol page room-1 9 11 newest=1',
  ]
  expect(judged({ without: ['audit head'], with: back }).verdict).toBe('valid')
})
