import { expect, test } from 'vitest'
import { examineChanged } from './clean-history.ts'
import { examineExample } from './examples.ts'
import { noResidue } from './no-residue.ts'

test('valid: nothing is more than it was before, and every outbox is empty', () => {
  expect(examineChanged(noResidue)).toMatchObject({ verdict: 'valid', population: 4, figures: { places: 1, grown: 0, leftToSend: 0 } })
})
test('invalid: a socket is left on a node', () => {
  const finding = examineChanged(noResidue, {
    without: ['0.004 run residue', '9.800 run residue'],
    with: ['0.004 run residue sockets 0 before=1', '9.800 run residue sockets 1'],
  })
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { grown: 1 } })
  expect(finding.evidence[0]).toMatchObject({ title: 'sockets left on node-1', node: 'node-1' })
  expect(finding.evidence[0]?.events.at(-1)).toEqual({ atMs: 9800, text: 'after the last client: node-1 has 1 sockets' })
})
test('invalid: a key of Redis that never expires, and it is named', () => {
  const finding = examineExample('no-residue')
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { grown: 1 } })
  expect(finding.evidence[0]?.events.at(-1)?.text).toContain('redis has 2 keys that never expire (chat:here:room-1,stream)')
})
test('invalid: a present client still has a message to send', () => {
  const change = { without: ['alice status m3 sent', 'alice status m3 delivered'] }
  expect(examineChanged(noResidue, change)).toMatchObject({ verdict: 'invalid', figures: { leftToSend: 1 } })
})
test('unknown: nothing was counted after the clients, or a fault was never healed', () => {
  expect(examineChanged(noResidue, { without: ['9.800 run residue'] })).toMatchObject({ verdict: 'unknown', why: 'what the run left was not counted' })
  const change = { without: ['alice status m3 sent', 'alice status m3 delivered', 'fault cut'], with: ['fault cut node-*->redis 1 - bit'] }
  expect(examineChanged(noResidue, change).verdict).toBe('unknown')
})
test('near miss: what was there before may stay, a node that came later is not judged, and who went may leave a full outbox', () => {
  const lines = [
    '0.005 run residue temporaryFiles 1 before=1 where=machine names=socket',
    '9.801 run residue temporaryFiles 1 where=machine names=socket',
    '9.802 run residue sockets 3 where=node-9',
  ]
  expect(examineChanged(noResidue, { with: lines }).verdict).toBe('valid')
  expect(
    examineChanged(noResidue, { without: ['alice status m3 sent', 'alice status m3 delivered', 'alice expected'], with: ['3.9 alice expected 0'] }).verdict,
  ).toBe('valid')
})
