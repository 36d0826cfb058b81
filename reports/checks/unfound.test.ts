/** M2 is the first message of bob, who is client 1; it is acked at 2.01. Its body begins with `sd1 1 0`. */
import { expect, test } from 'vitest'
import { convergence } from './convergence.ts'
import { examineChanged } from './clean-history.ts'

const asked = (atS: number, room = 'room-1'): string[] => [`${atS} carol asksFor search ${room}`, `${atS + 0.01} carol answered search ${room}`]
const found = (hits: number, more = ''): string => `3.020 carol found room-1 ${hits} query=sd1+1+0 ${more}`
const judged = (...lines: readonly string[]) => examineChanged(convergence, { with: lines })

test('valid: a search for the words of a message finds it', () => {
  expect(judged(...asked(3), found(2), '3.021 carol hit m3 6', '3.022 carol hit m2 5')).toMatchObject({
    verdict: 'valid',
    figures: { searches: 1, notFound: 0 },
  })
})
test.each([
  ['nothing', [found(0)]],
  ['another', [found(1), '3.021 carol hit m3 6', '3.3 carol asksFor search room-1']],
])('invalid: it finds %s', (_what, lines) => {
  const finding = judged(...asked(3), ...lines)
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { notFound: 1 } })
  expect(finding.evidence[0]?.title).toContain('carol does not find message m2')
})
test('near miss: it was asked for before the ack, or there were as many hits as were asked for', () => {
  expect(judged(...asked(1.5), found(0))).toMatchObject({ verdict: 'valid', figures: { searches: 0 } })
  expect(judged(...asked(3), found(1, 'limit=1'), '3.021 carol hit m3 6')).toMatchObject({ verdict: 'valid', figures: { searches: 0 } })
})
test('near miss: other words, and a message that was deleted since', () => {
  expect(judged(...asked(3), '3.02 carol found room-1 0 query=hello').figures).toMatchObject({ searches: 0 })
  const deleted = ['9.1 audit entry delete bob room-1 7 about=m2', '9.1001 audit change delete bob m2 room-1 7', '9.2 audit head room-1 7']
  const finding = examineChanged(convergence, { without: ['audit head'], with: [...deleted, ...asked(3), found(0)] })
  expect(finding.figures).toMatchObject({ searches: 0 })
})
test('unknown: without a sound audit', () => {
  expect(examineChanged(convergence, { without: ['audit head'], with: [...asked(3), found(0)] }).verdict).toBe('unknown')
})
