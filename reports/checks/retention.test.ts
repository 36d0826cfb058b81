import { expect, test } from 'vitest'
import { examineChanged, type Change } from './clean-history.ts'
import { examineExample } from './examples.ts'
import { purged } from './hand-histories.ts'
import { retention } from './retention.ts'

function judged(change: Change = {}): ReturnType<typeof examineChanged> {
  const gone = change.without ?? []
  for (const text of gone) if (!purged.some((line) => line.includes(text))) throw new Error(`no line of the purge has "${text}"`)
  return examineChanged(retention, {
    without: ['audit stored m1', 'audit read m1', 'audit head'],
    with: [...purged.filter((line) => !gone.some((text) => line.includes(text))), ...(change.with ?? [])],
  })
}

test('valid: what was purged is gone, and whole in the archive', () => {
  expect(judged()).toMatchObject({ verdict: 'valid', population: 4, figures: { purged: 1, underPolicy: 3, archives: 1 } })
})
test('invalid: purged before it was archived, or archived otherwise than it was sent', () => {
  const finding = examineExample('retention')
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { notArchived: 1, violations: 1 } })
  expect(finding.evidence[0]).toMatchObject({ message: 'm1' })
  expect(finding.evidence[0]?.events.at(-1)?.text).toBe('no archive has it')
  expect(judged({ without: ['audit archived m1'], with: ['9.2001 audit archived m1 room-1 4 body=other'] })).toMatchObject({
    verdict: 'invalid',
    figures: { notWhole: 1 },
  })
})
test('invalid: the archive holds an older revision than was purged', () => {
  const edited = [
    '9.1002 audit entry edit alice room-1 8 about=m1',
    '9.1003 audit change edit alice m1 room-1 8 blanked=1',
    '9.1031 audit record m1 room-1 4 rev=8 gone=1 deleted=retention',
    '9.1070 audit read m1 room-1 4 rev=8 gone=1 deleted=retention',
    '9.1060 audit head room-1 8',
  ]
  const without = ['audit record m1', 'audit read m1', 'audit head']
  expect(judged({ without, with: edited })).toMatchObject({ verdict: 'invalid', figures: { notWhole: 1 } })
})
test('invalid: the object is damaged', () => {
  expect(judged({ without: ['audit archive room-1'], with: ['9.2 audit archive room-1 0 4 damaged=1'] })).toMatchObject({
    verdict: 'invalid',
    figures: { notWhole: 1 },
  })
})
test('invalid: a purge leaves content in the store, and a page serves it', () => {
  const change = {
    without: ['audit stub m1', 'audit record m1', 'audit read m1'],
    with: ['9.103 audit stored m1 room-1 4 node-1', '9.107 audit read m1 room-1 4'],
  }
  expect(judged(change)).toMatchObject({ verdict: 'invalid', figures: { notPurged: 1 } })
  const page = ['7.0 bob asksPage room-1', '7.1 bob page room-1 0 7 newest=1', '7.1 bob reads m1 4']
  expect(judged({ with: page })).toMatchObject({ verdict: 'invalid', figures: { served: 1 } })
})
test('invalid: what is long past its policy is still there', () => {
  const finding = examineChanged(retention, { with: ['60.0 audit policy room-1 delete 1 set=50'] })
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { overdue: 3 } })
  expect(finding.evidence[0]?.events.map((event) => event.text)).toContain('seq 4 is 60 s old and still there')
})
test('invalid: a purge while a hold stood', () => {
  const change = { without: ['audit policy'], with: ['9.1 audit policy room-1 archive 1 set=8 hold=1'] }
  expect(judged(change)).toMatchObject({ verdict: 'invalid', figures: { heldPurged: 1 } })
})
test('unknown: no audit, and an archive that names another message than the store', () => {
  expect(judged({ without: ['audit head'] }).verdict).toBe('unknown')
  expect(judged({ with: ['9.3 audit archived m3 room-1 5'] })).toMatchObject({
    verdict: 'unknown',
    why: 'readers of the audit disagree: room-1 seq 5 is not the same message in the store and in the archive',
  })
})
test('near miss: a page asked for before the purge, a hold set after it, a policy that is new, and a message that was deleted before', () => {
  expect(judged({ with: ['3.9 bob asksPage room-1', '7.1 bob page room-1 0 6 newest=1', '7.1 bob reads m1 4'] }).verdict).toBe('valid')
  expect(judged({ without: ['audit policy'], with: ['9.1 audit policy room-1 archive 1 set=2 hold=1'] }).verdict).toBe('valid')
  expect(examineChanged(retention, { with: ['60.0 audit policy room-1 delete 1 set=10'] }).verdict).toBe('valid')
  const deleted = {
    without: ['audit archived m1', 'audit record m1', 'audit read m1', 'audit purged', 'audit head', 'committed -'],
    with: [
      '9.1001 audit purged room-1 8 0 4 archived=1',
      '9.1002 audit entry delete alice room-1 7 about=m1',
      '9.1003 audit change delete alice m1 room-1 7',
      '9.1031 audit record m1 room-1 4 rev=7 gone=1 deleted=author',
      '9.1070 audit read m1 room-1 4 rev=7 gone=1 deleted=author',
      '9.106 audit head room-1 8',
    ],
  }
  expect(judged(deleted).verdict).toBe('valid')
})
test('not applicable: every room keeps everything', () => {
  expect(examineChanged(retention)).toMatchObject({ verdict: 'not-applicable', why: 'every room keeps everything' })
  expect(examineChanged(retention, { with: ['9.1 audit policy room-1 keep -1'] }).verdict).toBe('not-applicable')
})
