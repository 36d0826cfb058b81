import { expect, test } from 'vitest'
import { examineChanged, examineEventful } from './clean-history.ts'
import { examineExample } from './examples.ts'
import { noPhantom } from './no-phantom.ts'

test('valid: everything seen was sent', () => {
  expect(examineChanged(noPhantom)).toMatchObject({ verdict: 'valid', population: 12 })
})
test('invalid: a message that nobody sent', () => {
  expect(examineExample('no-phantom')).toMatchObject({ verdict: 'invalid', figures: { seen: 1 } })
})
test('invalid: a message of another room', () => {
  const change = { with: ['rooms room-2', '4.0 carol gets m3 6 room=room-2', '9.2 audit head room-2 0'] }
  expect(examineChanged(noPhantom, change)).toMatchObject({ verdict: 'invalid', figures: { seen: 1 } })
})
test('invalid: the store has a message that nobody sent', () => {
  const change = { without: ['audit head'], with: ['9.106 audit stored ghost room-1 7 node-2', '9.107 audit head room-1 7', '9.108 audit read ghost room-1 7'] }
  expect(examineChanged(noPhantom, change)).toMatchObject({ verdict: 'invalid', figures: { seen: 0, stored: 1 } })
})
test('valid: a message is shown under the name of who sent it', () => {
  expect(examineChanged(noPhantom, { with: ['0.113 bob author m1 alice'] })).toMatchObject({ verdict: 'valid', figures: { authors: 1, misnamed: 0 } })
})
test('invalid: a message is shown under another name than that of who sent it', () => {
  const finding = examineChanged(noPhantom, { with: ['0.113 bob author m1 carol'] })
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { misnamed: 1 } })
  expect(finding.evidence[0]?.events.at(-1)?.text).toBe('it was shown as a message of carol')
})
test('near miss: a message of nobody in the run has no name to be compared', () => {
  expect(examineChanged(noPhantom, { with: ['0.113 bob author ghost somebody'] }).figures).toMatchObject({ misnamed: 0 })
})
test('unknown: no audit', () => {
  expect(examineChanged(noPhantom, { without: ['audit head'] }).verdict).toBe('unknown')
})
test('near miss: a message that its sender thinks failed may be seen', () => {
  expect(examineChanged(noPhantom, { without: ['alice ok m3'], with: ['3.61 alice unknown m3 timeout'] }).verdict).toBe('valid')
})

test('near miss: an edited body is of the message that was sent, a stub of nobody in particular', () => {
  expect(
    examineEventful(noPhantom, { with: ['4.6 alice gets m2 5 on=wire way=sync rev=7 body=m2-e1', '4.6 alice stub room-1 4 on=wire way=sync'] }),
  ).toMatchObject({
    verdict: 'valid',
    population: 16,
  })
})
test('invalid: the store has a stub of a message that nobody sent', () => {
  const change = { without: ['audit head'], with: ['9.1 audit stub ghost room-1 11 node-2', '9.1 audit head room-1 11', '9.2 audit readStub ghost room-1 11'] }
  expect(examineEventful(noPhantom, change)).toMatchObject({ verdict: 'invalid', figures: { stored: 1 } })
})
