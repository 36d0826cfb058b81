/** The client against two real nodes on real Redis and a real store, through the death of a node. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openRealNodes, tokenOf } from '../node/fixtures/real-nodes.ts'
import type { RealNodes } from '../node/fixtures/real-nodes.ts'
import { connectedClient } from './fixtures/test-client.ts'
import type { TestClient } from './fixtures/test-client.ts'

let nodes: RealNodes
beforeAll(async () => {
  nodes = await openRealNodes('chat-client')
})
afterAll(() => nodes[Symbol.asyncDispose]())

const compare = (left: string | null, right: string | null): number => (left ?? '').localeCompare(right ?? '')

test('every message is applied once, in order, and read by all, although a node is killed while it is sent', async () => {
  const [first, second] = await nodes.startTwo()
  const open = (user: string, url: string): Promise<TestClient> => connectedClient({ url, user, device: `${user}-1`, token: () => tokenOf(user, `${user}-1`) })
  const members = await Promise.all([open('ann', first.url), open('bob', second.url), open('cat', first.url)])
  for (const { client } of members) await client.join('hall')

  const bodies = members.flatMap((_member, index) => Array.from({ length: 30 }, (_, number) => `${index}:${number}`))
  const sendAll = (from: number, to: number): void =>
    members.forEach(({ client }, index) => Array.from({ length: to - from }, (_, offset) => client.send('hall', `${index}:${from + offset}`)))
  sendAll(0, 20)
  await vi.waitFor(() => expect(members[0]?.told.applied.get('hall')?.length).toBeGreaterThan(12), { timeout: 10_000, interval: 2 })
  first.process.signal('SIGKILL')
  await first.process.exited
  sendAll(20, 30)
  await nodes.start('node-1', { CHAT_PORT: String(first.port) })

  await vi.waitFor(() => expect(members.map(({ client }) => client.pending())).toEqual([null, null, null]), { timeout: 30_000 })
  await vi.waitFor(
    () =>
      expect(members.flatMap(({ told }) => [...told.statuses.values()].map((statuses) => statuses.at(-1))).filter((status) => status !== 'read')).toEqual([]),
    { timeout: 10_000 },
  )
  for (const member of members) {
    expect(member.gapless('hall')).toBe(true)
    const shown = member.bodies('hall')
    expect(shown.toSorted(compare)).toEqual(bodies.toSorted(compare))
    for (const index of members.keys())
      expect(shown.filter((text) => text?.startsWith(`${index}:`))).toEqual(bodies.filter((text) => text.startsWith(`${index}:`)))
  }
  expect(members.map(({ told }) => told.disconnects.length)).toEqual([1, 0, 1])
  for (const { client } of members) await client.close()
})
