/** The bundled client in a page of a real browser, on a real node, over a network that goes away. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openRealNodes, tokenOf } from '../node/fixtures/real-nodes.ts'
import type { RealNodes } from '../node/fixtures/real-nodes.ts'
import { createChatClient } from './chat-client.ts'
import { openPage } from './fixtures/browser-page.ts'
import type { BrowserPage } from './fixtures/browser-page.ts'
import { openLink } from './fixtures/link.ts'
import { memoryStorage } from './storage.ts'

let nodes: RealNodes
beforeAll(async () => {
  nodes = await openRealNodes('browser')
})
afterAll(() => nodes[Symbol.asyncDispose]())

const until = (page: BrowserPage, holds: (page: BrowserPage) => void): Promise<void> =>
  vi.waitFor(
    () => {
      expect(page.failure()).toBeNull()
      holds(page)
    },
    { timeout: 20_000, interval: 50 },
  )

test('a page sends, goes offline, sends, is reloaded, comes back, and nothing is lost or stored twice', async () => {
  const node = await nodes.start('node-1')
  await using link = await openLink(node.port)
  await using page = await openPage(link.url, () => tokenOf('page', 'page-1'))
  const bob = await createChatClient({
    url: node.url,
    token: () => tokenOf('bob', 'bob-1'),
    userId: 'bob',
    deviceId: 'bob-1',
    storage: memoryStorage(),
    random: Math.random,
    now: Date.now,
  })
  await bob.connect(10_000)
  await bob.join('hall')

  await until(page, () => expect(page.report()).toMatchObject({ state: 'online', pending: null }))
  const online = Array.from({ length: 10 }, (_, index) => `online ${index}`)
  page.send(...online)
  // Some of them are on their way now, others still wait.
  await vi.waitFor(() => expect(bob.room('hall')?.messages().length).toBeGreaterThan(2), { timeout: 10_000, interval: 1 })
  link.cut()
  await until(page, () => expect(page.report()?.state).toBe('offline'))

  page.send('offline 0', 'offline 1', 'offline 2')
  const before = page.report()?.load
  page.reload()
  await until(page, () => expect(page.report()?.load).not.toBe(before))
  await until(page, () => expect(page.report()).toMatchObject({ state: 'offline' }))
  page.send('after the reload')
  bob.send('hall', 'from bob meanwhile')
  link.mend()

  const own = [...online, 'offline 0', 'offline 1', 'offline 2', 'after the reload']
  await until(page, () => expect(page.report()).toMatchObject({ state: 'online', pending: null }))
  await vi.waitFor(() => expect(bob.pending()).toBeNull(), { timeout: 10_000 })
  const shownToBob = (bob.room('hall')?.messages() ?? []).map(({ content }) => content.body)
  expect(shownToBob.filter((body) => body !== 'from bob meanwhile')).toEqual(own)
  await until(page, () => expect(page.report()?.bodies).toEqual(shownToBob))
  await bob.close()
})
