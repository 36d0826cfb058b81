import { expect, test } from 'vitest'
import { ackedIsStored } from './acked-is-stored.ts'
import { examineChanged, examineEventful } from './clean-history.ts'
import { examineExample } from './examples.ts'

test('valid: every ack has its stored message', () => {
  expect(examineChanged(ackedIsStored)).toMatchObject({ verdict: 'valid', population: 3, evidence: [] })
})

test('invalid: an acked message is nowhere in the store, and the story says where it stopped', () => {
  const finding = examineExample('acked-is-stored')
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { absent: 1, violations: 1 } })
  expect(finding.evidence[0]).toMatchObject({ message: 'm2', locus: 'node before commit', node: 'node-2', fault: 'cut node-*->redis' })
  expect(finding.evidence[0]?.events.map((event) => event.text)).toContain('bob gets the ack: seq 5')
  expect(finding.evidence[0]?.events.length).toBeLessThanOrEqual(12)
})

test.each([
  ['seq', { without: ['alice ok m1'], with: ['0.110 alice ok m1 7'] }],
  ['server id', { without: ['alice ok m1'], with: ['0.110 alice ok m1 4 id=other'] }],
  ['epoch', { without: ['alice ok m1'], with: ['0.110 alice ok m1 4 epoch=other'] }],
  [
    'content',
    {
      without: ['audit stored m1', 'audit read m1'],
      with: ['9.103 audit stored m1 room-1 4 node-1 body=altered', '9.107 audit read m1 room-1 4 body=altered'],
    },
  ],
])('invalid: the stored message has another %s than the ack', (_what, change) => {
  expect(examineChanged(ackedIsStored, change)).toMatchObject({ verdict: 'invalid', figures: { unlike: 1, violations: 1 } })
})

test('invalid: of what is wrong the absent message is told first, whatever else was found before it', () => {
  const finding = examineChanged(ackedIsStored, {
    without: ['alice ok m1', 'node-2 committed m2', 'node-2 published m2', 'audit stored m2', 'audit read m2'],
    with: ['0.110 alice ok m1 7', '9.104 audit entry leave dave room-1 5'],
  })
  expect(finding).toMatchObject({ figures: { absent: 1, unlike: 1 } })
  expect(finding.evidence.map(({ message }) => message)).toEqual(['m2', 'm1'])
})

test('invalid: the store has lost the end of a room, so that no fresh client can be served it whole', () => {
  const change = {
    without: ['audit stored m3', 'audit head', 'audit read'],
    with: ['failed-step audit: a fresh client of room-1: waited 15000 ms for sync:complete of room-1', '9.106 audit head room-1 5'],
  }
  expect(examineChanged(ackedIsStored, change)).toMatchObject({ verdict: 'invalid', figures: { absent: 1 } })
})

test('unknown: the store was not audited', () => {
  expect(examineChanged(ackedIsStored, { without: ['audit head', 'audit stored m2'] }).verdict).toBe('unknown')
})

test('unknown: the readers of the audit disagree, even though a message is missing', () => {
  const finding = examineChanged(ackedIsStored, { without: ['audit stored m2'] })
  expect(finding.verdict).toBe('unknown')
  expect(finding.why).toContain('disagree')
})

test('unknown: the record is broken', () => {
  expect(examineChanged(ackedIsStored, { with: ['defect worker-1 has a gap'] })).toMatchObject({
    verdict: 'unknown',
    why: 'the record is broken: worker-1 has a gap',
  })
})

test('near miss: a message without an ack may be absent, and a second ack may repeat the first', () => {
  const change = { with: ['4.000 carol sends m4 room-1', '4.100 carol unknown m4 timeout', '4.200 alice ok m3 6'] }
  expect(examineChanged(ackedIsStored, change)).toMatchObject({ verdict: 'valid', population: 3 })
})

test('near miss: a message that was edited, and one whose content went with its deletion or with a purge', () => {
  expect(examineEventful(ackedIsStored)).toMatchObject({ verdict: 'valid', population: 4 })
  const purged = { without: ['entry delete'], with: ['9.1 audit entry purged alice room-1 8'] }
  expect(examineEventful(ackedIsStored, purged).verdict).toBe('valid')
})

test('invalid: a message has lost its content, and nothing in the log says why', () => {
  const finding = examineEventful(ackedIsStored, { without: ['entry delete'], with: ['9.1 audit entry react alice room-1 8 about=m1'] })
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { unlike: 1, violations: 1 } })
  expect(finding.evidence[0]?.events.at(-1)?.text).toContain('nothing in the log says why')
})

test('invalid: a deleted message is stored under another seq than the ack named', () => {
  expect(examineEventful(ackedIsStored, { without: ['alice ok m1'], with: ['0.110 alice ok m1 7'] })).toMatchObject({
    verdict: 'invalid',
    figures: { unlike: 1 },
  })
})

test('unknown: at the same rev a fresh client reads another content than the store has', () => {
  const finding = examineEventful(ackedIsStored, { without: ['audit read m2'], with: ['9.2 audit read m2 room-1 5 rev=7 body=m2-e2'] })
  expect(finding.verdict).toBe('unknown')
  expect(finding.why).toContain('disagree')
})

test('near miss: a fresh client reads an earlier rev than the store has, or only a stub of what is held', () => {
  expect(examineEventful(ackedIsStored, { without: ['audit read m2'], with: ['9.2 audit read m2 room-1 5'] }).verdict).toBe('valid')
  const held = {
    without: ['audit read m2', 'audit record m2', 'entry edit'],
    with: ['9.1 audit entry moderate alice room-1 7 about=m2', '9.1 audit record m2 room-1 5 rev=7 held=1', '9.2 audit readStub m2 room-1 5 rev=7'],
  }
  expect(examineEventful(ackedIsStored, held).verdict).toBe('valid')
})
