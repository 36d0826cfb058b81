import { expect, test } from 'vitest'
import { Lease } from './lease.ts'

function leaseOf(renew: (atMs: (to?: number) => number) => Promise<void> = () => Promise.resolve()) {
  let clockMs = 0
  let lost = 0
  const at = (to?: number) => (clockMs = to ?? clockMs)
  const lease = new Lease({
    store: { renew: () => renew(at), release: () => Promise.resolve(), live: () => Promise.resolve([]) },
    bootId: 'b',
    node: 'n',
    leaseMs: 1000,
    renewMs: 300,
    monotonicMs: () => clockMs,
    onLost: () => void (lost += 1),
  })
  return { lease, at, lost: () => lost }
}

test('a node serves nobody before its first renewal, and until it is over', async () => {
  const { lease, at, lost } = leaseOf()
  expect(lease.isHeld()).toBe(false)
  await lease.round()
  at(999)
  expect(lease.isHeld()).toBe(true)
  at(1000)
  expect([lease.isHeld(), lease.isHeld(), lost()]).toEqual([false, false, 1])
})
test('it counts from before the renewal was sent, not from its answer', async () => {
  const { lease, at } = leaseOf(async (to) => void to(400))
  await lease.round()
  at(1000)
  expect(lease.isHeld()).toBe(false)
})
test('a renewal that is answered past the old lease comes too late for what the node holds', async () => {
  let answeredAtMs = 0
  const { lease, at, lost } = leaseOf(async (to) => void to(answeredAtMs))
  await lease.round()
  answeredAtMs = at(900) + 500
  await lease.round()
  expect([lost(), lease.isHeld()]).toEqual([1, true])
})
test('a renewal that takes longer than a lease gives none', async () => {
  const { lease } = leaseOf(async (to) => void to(1200))
  await lease.round()
  expect(lease.isHeld()).toBe(false)
})
test('it renews when it is time, and a store that fails leaves the lease as it was', async () => {
  let renewals = 0
  let fails = false
  const { lease, at } = leaseOf(() => {
    renewals += 1
    return fails ? Promise.reject(new Error('away')) : Promise.resolve()
  })
  await lease.round()
  at(299)
  await lease.round()
  expect(renewals).toBe(1)
  fails = true
  at(300)
  await expect(lease.round()).rejects.toThrow('away')
  expect([renewals, lease.isHeld()]).toEqual([2, true])
})
