import { expect, test } from 'vitest'
import { examineChanged, type Change } from './clean-history.ts'
import { examineExample } from './examples.ts'
import { files } from './hand-histories.ts'
import { quarantine } from './quarantine.ts'

const judged = (change: Change = {}): ReturnType<typeof examineChanged> => {
  for (const text of change.without ?? []) if (!files.some((line) => line.includes(text))) throw new Error(`no line of the files has "${text}"`)
  return examineChanged(quarantine, { with: [...files.filter((line) => change.without?.some((text) => line.includes(text)) !== true), ...(change.with ?? [])] })
}

test('valid: only what is clean was given, to members, as it was scanned', () => {
  expect(judged()).toMatchObject({ verdict: 'valid', population: 6, figures: { access: 'signed', uploads: 2, served: 1, refused: 2 } })
})
test('invalid: an address or a byte of a file that is infected, or was still being scanned', () => {
  const finding = examineExample('quarantine')
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { notClean: 2 } })
  expect(finding.evidence[0]?.events.map((event) => event.text)).toContain('an address was given of a file that never was clean')
  expect(judged({ without: ['upload f1'], with: ['9.3 audit upload f1 alice room-1 scanning'] })).toMatchObject({
    verdict: 'invalid',
    figures: { notClean: 2 },
  })
})
test('a file that went with its message was clean before, and is given no more', () => {
  const gone = { without: ['upload f1'], with: ['0.950 node-1 state f1 expired', '9.3 audit upload f1 alice room-1 expired'] }
  expect(judged(gone).verdict).toBe('valid')
  expect(judged({ ...gone, with: [...gone.with, '3.0 bob url f1 signed expires=30'] })).toMatchObject({ verdict: 'invalid', figures: { notClean: 1 } })
})
test('invalid: what was made as a virus was found clean, or is given out before its verdict', () => {
  const passed = { without: ['upload f2'], with: ['0.100 carol shares f2 made=infected', '9.301 audit upload f2 carol room-1 clean'] }
  const finding = judged(passed)
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { infected: 1 } })
  expect(finding.evidence[0]?.events.map((event) => event.text)).toContain('what was made as a virus was found clean')
  const served = { with: ['0.100 carol shares f2 made=infected', '0.2 bob url f2 signed expires=30', '0.3 bob fetches f2 200 try=quarantined'] }
  expect(judged(served)).toMatchObject({ verdict: 'invalid', figures: { infected: 2, notClean: 0 } })
})
test('invalid: an address before the verdict', () => {
  expect(judged({ without: ['bob url f1'], with: ['0.200 bob url f1 signed expires=30'] })).toMatchObject({ verdict: 'invalid', figures: { beforeVerdict: 1 } })
})
test('invalid: other bytes than were scanned, and a request that was tampered with', () => {
  expect(judged({ with: ['0.750 carol fetches f1 200 hash=other'] })).toMatchObject({ verdict: 'invalid', figures: { otherBytes: 1 } })
  expect(judged({ with: ['0.950 bob fetches f1 200 try=tampered'] })).toMatchObject({ verdict: 'invalid', figures: { tampered: 1 } })
})
test('invalid: a signed address long after it expired', () => {
  const change = { without: ['bob url f1'], with: ['0.600 bob url f1 signed expires=1', '4.5 bob fetches f1 200 try=expired'] }
  expect(judged(change)).toMatchObject({ verdict: 'invalid', figures: { expired: 1 } })
})
test('invalid: given to who was put out, or never was a member at the seq of its message', () => {
  const out = [
    '3.9 alice asks kick - room=room-1',
    '4.0 alice done kick - 7',
    '9.1 audit entry leave carol room-1 7',
    '9.11 audit head room-1 7',
    '4.5 node-2 minted f1 carol',
  ]
  const finding = examineChanged(quarantine, { without: ['audit head'], with: [...files, ...out] })
  expect(finding).toMatchObject({ verdict: 'invalid', figures: { outsider: 1 } })
  expect(finding.evidence[0]?.title).toBe('file f1 (room-1): node-2 gave carol an address, who had been put out before')
  const late = examineChanged(quarantine, {
    without: ['entry join carol'],
    with: [...files, '9.102 audit entry react alice room-1 3', '1.0 carol url f1 signed expires=30'],
  })
  expect(late).toMatchObject({ verdict: 'invalid', figures: { outsider: 1 } })
})
test("invalid: the node itself serves another's address", () => {
  const proxy = { without: ['bob url f1'], with: ['0.600 bob url f1 proxy', '0.950 carol fetches f1 200 try=borrowed'] }
  expect(judged(proxy)).toMatchObject({ verdict: 'invalid', figures: { outsider: 1, access: 'proxy' } })
})
test('invalid: what the run declares decides, also where no address says otherwise, and an address of another way is wrong', () => {
  const proxied = ['access proxy', '0.950 carol fetches f1 200 try=borrowed']
  expect(judged({ without: ['bob url f1'], with: proxied })).toMatchObject({ verdict: 'invalid', figures: { outsider: 1, access: 'proxy' } })
  expect(judged({ with: ['access proxy'] })).toMatchObject({ verdict: 'invalid', figures: { otherWay: 1, access: 'proxy' } })
  expect(judged({ with: ['access signed'] })).toMatchObject({ verdict: 'valid', figures: { otherWay: 0 } })
})
test('unknown: no audit', () => {
  expect(examineChanged(quarantine, { without: ['audit head'], with: files }).verdict).toBe('unknown')
})
test('near miss: a virus that is still being scanned, or ended in error, and a clean file of the same number by another client', () => {
  const shared = ['0.100 carol shares f2 made=infected', '0.100 bob shares f1']
  expect(judged({ with: shared }).verdict).toBe('valid')
  for (const state of ['scanning', 'error', 'expired'])
    expect(judged({ without: ['upload f2'], with: [...shared, `9.301 audit upload f2 carol room-1 ${state}`] }).verdict).toBe('valid')
})
test("near miss: another's address while it lasts, one for ever where they are public, and a verdict whose row comes a moment later", () => {
  expect(judged({ with: ['0.950 carol fetches f1 200 try=borrowed'] })).toMatchObject({ verdict: 'valid', figures: { servedToHolders: 1 } })
  const open = { without: ['bob url f1'], with: ['0.600 bob url f1 public', '8.0 carol fetches f1 200 try=borrowed'] }
  expect(judged(open)).toMatchObject({ verdict: 'valid', figures: { access: 'public' } })
  expect(judged({ without: ['state f1 clean'], with: ['0.700 node-1 state f1 clean'] }).verdict).toBe('valid')
  expect(judged({ without: ['state f1 clean'] }).verdict).toBe('valid')
})
test('not applicable: nobody shared a file', () => {
  expect(examineChanged(quarantine, { with: ['capabilities sync files'] })).toMatchObject({ verdict: 'not-applicable', why: 'nobody shared a file' })
})
