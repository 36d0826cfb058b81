import { expect, test } from 'vitest'
import { convergence } from './convergence.ts'
import { examineChanged, examineEventful, type Change } from './clean-history.ts'
import { examineExample } from './examples.ts'
import { changesTold, recordOfM2, untold } from './hand-histories.ts'

function judged(change: Change = {}): ReturnType<typeof examineEventful> {
  const own = [...changesTold, ...recordOfM2, '9.109 audit read m3 room-1 6 rev=11 reacted=+1:carol']
  const gone = change.without ?? []
  for (const text of gone) if (!own.some((line) => line.includes(text))) throw new Error(`no own line has "${text}"`)
  return examineEventful(convergence, { without: untold, with: [...own.filter((line) => !gone.some((text) => line.includes(text))), ...(change.with ?? [])] })
}

test('valid: the log folded again gives the records, and everybody shows them', () => {
  expect(examineChanged(convergence)).toMatchObject({ verdict: 'valid', figures: { records: 3 } })
  expect(judged()).toMatchObject({ verdict: 'valid', figures: { records: 4, viewsShown: 3, unlikeFold: 0 } })
})
test('invalid: a record that its log does not make', () => {
  const finding = judged({
    without: ['audit record m2', 'audit read m2'],
    with: ['9.102 audit record m2 room-1 5 rev=7 body=m2-e1', '9.106 audit read m2 room-1 5 rev=7 body=m2-e1'],
  })
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { unlikeFold: 1 } })
  expect(finding.evidence[0]).toMatchObject({ message: 'm2' })
  expect(finding.evidence[0]?.events.map((event) => event.text)).toContain('audit: seq 7 of room-1 is a change of it by bob')
})
test('invalid: a fold that was left out: the record has not heard of a reaction', () => {
  const change = { without: ['audit record m3', 'audit read m3', 'bob views m3'], with: ['9.109 audit read m3 room-1 6', '8.002 bob views m3 6'] }
  expect(judged(change)).toMatchObject({ verdict: 'invalid', figures: { unlikeFold: 1 } })
})
test('invalid: somebody is shown what the message never was', () => {
  const finding = judged({ without: ['bob shows m2'], with: ['4.020 bob shows m2 5 rev=7 body=m2-e1 edits=2'] })
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { unlikeSights: 1 } })
  expect(judged({ with: ['4.030 bob shows m2 5 rev=8 body=m2-e1 edits=1'] })).toMatchObject({ verdict: 'invalid', figures: { unlikeSights: 1 } })
})
test('invalid: a view keeps the older content, shows a deleted message, or leaves one out', () => {
  expect(examineExample('convergence')).toMatchObject({ verdict: 'invalid', figures: { unlikeViews: 1 } })
  expect(judged({ without: ['bob view room-1', 'bob views m4'], with: ['8.000 bob view room-1 3', '8.0001 bob views m1 4'] })).toMatchObject({
    verdict: 'invalid',
    figures: { unlikeViews: 1, leftOut: 1 },
  })
  const out = judged({ without: ['bob view room-1', 'bob views m3'], with: ['8.000 bob view room-1 2'] })
  expect(out).toMatchObject({ verdict: 'invalid', figures: { leftOut: 1 } })
  expect(out.evidence[0]?.title).toBe('bob does not show seq 6 of room-1 in the end')
})
test('invalid: a page or a replay that was asked for after the ack of a deletion brings its content', () => {
  const page = ['4.500 carol asksPage room-1', '4.510 carol page room-1 0 8 newest=1', '4.510 carol reads m1 4']
  expect(judged({ with: page })).toMatchObject({ verdict: 'invalid', figures: { shownThoughDeleted: 1, readsAfterDeletion: 1 } })
  const replay = ['4.500 bob syncBegin room-1 3', '4.510 bob gets m1 4 on=wire way=sync']
  expect(judged({ with: replay })).toMatchObject({ verdict: 'invalid', figures: { shownThoughDeleted: 1 } })
})
test('unknown: no audit, its readers disagree, and views apart while a fault was never healed', () => {
  expect(examineChanged(convergence, { without: ['audit head'] }).verdict).toBe('unknown')
  expect(judged({ without: ['audit read m2'], with: ['9.106 audit read m2 room-1 5 rev=7 body=other'] })).toMatchObject({ verdict: 'unknown' })
  const apart = { without: ['fault cut'], with: ['fault cut node-*->redis 1 - bit', '8.000 bob view room-1 2', '8.001 bob views m1 4', '8.002 bob views m3 6'] }
  expect(examineChanged(convergence, apart).verdict).toBe('unknown')
})
test('near miss: a page that was asked for before the ack, a stub, and an earlier rev', () => {
  const page = ['4.105 carol asksPage room-1', '4.120 carol page room-1 0 8 newest=1', '4.120 carol reads m1 4', '4.121 carol reads m2 5']
  expect(judged({ with: page })).toMatchObject({ verdict: 'valid' })
  expect(judged({ with: ['4.500 bob syncBegin room-1 3', '4.510 bob stub room-1 4 on=wire way=sync rev=8'] })).toMatchObject({
    verdict: 'valid',
    figures: { readsAfterDeletion: 1 },
  })
})
test('near miss: a held message is a stub to most, and what a purge blanked can not be compared any more', () => {
  const held = [
    '9.1005 audit entry moderate alice room-1 12 about=m4',
    '9.1006 audit change moderate alice m4 room-1 12 how=hold',
    '9.103 audit record m4 room-1 10 rev=12 moderation=held held=1',
    '9.108 audit head room-1 12',
    '9.109 audit read m4 room-1 10 rev=12 moderation=held',
    '4.900 carol shows m4 10 rev=12 gone=1 moderation=held reacted=x:bob',
  ]
  const own = examineEventful(convergence, {
    without: [...untold, 'audit read m4'],
    with: [
      ...changesTold.filter((line) => !/audit head|views m4/.test(line)).map((line) => line.replace('view room-1 3', 'view room-1 2')),
      ...recordOfM2,
      '9.109 audit read m3 room-1 6 rev=11 reacted=+1:carol',
      ...held,
    ],
  })
  expect(own).toMatchObject({ verdict: 'valid', figures: { records: 4 } })
  const purged = {
    without: ['audit stored m1', 'audit read m1', 'audit head'],
    with: [
      '9.103 audit stub m1 room-1 4 node-1 rev=4',
      '9.103 audit record m1 room-1 4 rev=4 gone=1 deleted=retention',
      '9.1061 audit read m1 room-1 4 gone=1 deleted=retention',
      '9.1051 audit purged room-1 7 0 4',
      '9.106 audit head room-1 7',
      '4.0 alice shows m1 4',
    ],
  }
  expect(examineChanged(convergence, purged)).toMatchObject({ verdict: 'valid', figures: { blanked: 1 } })
  const asOfPurge = (shows: string): Change => ({ ...purged, with: [...purged.with, `5.5 bob shows m1 4 rev=7 ${shows}`] })
  expect(examineChanged(convergence, asOfPurge('gone=1 deleted=retention'))).toMatchObject({ verdict: 'valid', figures: { blanked: 1 } })
  expect(examineChanged(convergence, asOfPurge(''))).toMatchObject({ verdict: 'invalid', figures: { unlikeSights: 1 } })
  // The view at the end comes before the audit, and retention may purge between the two: by its commit it is told whether the view could know.
  const views = ['8.000 bob view room-1 3', '8.001 bob views m1 4', '8.002 bob views m2 5', '8.003 bob views m3 6']
  const viewed = (...committed: string[]): Change => ({ ...purged, with: [...purged.with, ...views, ...committed] })
  expect(examineChanged(convergence, viewed('8.5 node-1 committed - seq=7'))).toMatchObject({ verdict: 'valid', figures: { unlikeViews: 0 } })
  expect(examineChanged(convergence, viewed())).toMatchObject({ verdict: 'valid', figures: { unlikeViews: 0 } })
  expect(examineChanged(convergence, viewed('4.0 node-1 committed - seq=7'))).toMatchObject({ verdict: 'invalid', figures: { unlikeViews: 1 } })
})
