import { expect, test } from 'vitest'
import { gateOf, limitsOf, perSecond } from './limits.ts'

const settings = {
  sendsPerSecond: 2,
  changesPerSecond: 2,
  presenceEventsPerSecond: 1,
  connectionsPerUser: 2,
  roomsPerUser: 1,
  pendingSyncs: 1,
  uploadBytesPerMinute: 1000,
}
const limited = (retryAfterMs: unknown) => ({ ok: false, error: { code: 'rate_limited', message: expect.any(String), retryAfterMs } })

test('a user over its rate hears when to come again, and nobody else does', async () => {
  const limit = perSecond(2, 'sends')
  expect([await limit.take('ann'), await limit.take('ann')]).toEqual([null, null])
  const refused = await limit.take('ann')
  expect(refused).toEqual(limited(expect.any(Number)))
  expect(refused?.error.retryAfterMs).toBeGreaterThan(0)
  expect(refused?.error.retryAfterMs).toBeLessThanOrEqual(1000)
  expect(await limit.take('bob')).toBeNull()
})

test('a gate lets so many in at once; who leaves twice frees one place', () => {
  const gate = gateOf(1, 'syncs', 500)
  const leave = gate.enter()
  expect(gate.enter()).toEqual(limited(500))
  if (typeof leave !== 'function') throw new Error('refused')
  leave()
  leave()
  expect(gate.enter()).toBeTypeOf('function')
  expect(gate.enter()).toEqual(limited(500))
})

test('quotas count what is there already', () => {
  const limits = limitsOf(settings)
  expect([limits.connection(1), limits.room(0)]).toEqual([null, null])
  expect(limits.connection(2)).toEqual(limited(1000))
  expect(limits.room(1)).toEqual(limited(60_000))
})
