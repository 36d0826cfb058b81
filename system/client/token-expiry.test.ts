import { expect, it } from 'vitest'
import { expiryOf, renewInMs } from './token-expiry.ts'

const token = (claims: object): string => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`

it('reads when a token ends, and knows nothing of what is not a JWT', () => {
  expect(expiryOf(token({ sub: 'ä?>~', exp: 1_700_000_000 }))).toBe(1_700_000_000_000)
  for (const other of ['opaque', 'a.b.c', token({ exp: 'soon' }), token([])]) expect(expiryOf(other)).toBeNull()
})

it('renews a fifth of the time that is left before the end, at most a minute', () => {
  expect(renewInMs(11_000, 1_000)).toBe(8_000)
  expect(renewInMs(3_601_000, 1_000)).toBe(3_540_000)
  expect(renewInMs(1_000, 2_000)).toBe(0)
})
