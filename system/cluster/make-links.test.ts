import { expect, test } from 'vitest'
import { makeLinks } from './make-links.ts'

const redis = { host: '127.0.0.2', port: 6379 }

function links(proxied: readonly string[]) {
  const proxies: unknown[] = []
  const made = makeLinks({ proxied, runtime: { port: async () => 21_000 }, toxiproxy: { ensureProxy: async (proxy) => void proxies.push(proxy) } })
  return { made, proxies }
}

test('a link that no pattern names leads straight to its far end', async () => {
  const { made, proxies } = links(['node-2->*'])
  const link = await made.make('node-1', 'redis', 'redis', redis)
  expect(link).toEqual({ name: 'node-1->redis', from: 'node-1', to: 'redis', ...redis, upstream: { kind: 'redis', ...redis }, proxied: false })
  expect(proxies).toEqual([])
})

test('a link that a pattern names begins at a proxy of its name', async () => {
  const { made, proxies } = links(['node-1->*'])
  const link = await made.make('node-1', 'redis', 'redis', redis)
  expect(link).toMatchObject({ host: '127.0.0.1', port: 21_000, upstream: { kind: 'redis', ...redis }, proxied: true })
  expect(proxies).toEqual([{ name: 'node-1->redis', host: '127.0.0.1', port: 21_000, upstream: redis }])
})

test('all links are known, in the order in which they were made', async () => {
  const { made } = links(['office->*'])
  await made.make('node-1', 'redis', 'redis', redis)
  await made.make('office', 'balancer', 'http', redis)
  expect(made.all.map(({ name }) => name)).toEqual(['node-1->redis', 'office->balancer'])
})
