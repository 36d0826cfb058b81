/** An outbox in a file, through the death of its program at the worst moments, on a real node. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openRealNodes, tokenOf } from '../node/fixtures/real-nodes.ts'
import type { RealNodes } from '../node/fixtures/real-nodes.ts'
import { fileStorage } from './file-storage.ts'
import { connectedClient } from './fixtures/test-client.ts'

let nodes: RealNodes
beforeAll(async () => {
  nodes = await openRealNodes('file-storage')
})
afterAll(() => nodes[Symbol.asyncDispose]())

test('a program that is killed between the write of a message and its ack has sent it once when it runs again', async () => {
  const node = await nodes.start('node-1')
  const token = await tokenOf('ann', 'ann-1')
  const file = join(nodes.folder, 'ann', 'client.json')
  await using bob = await connectedClient({ url: node.url, user: 'bob', device: 'bob-1', token: () => tokenOf('bob', 'bob-1') })
  await bob.client.join('hall')

  for (const moment of ['before', 'after']) {
    const sender = await nodes.runtime.spawn({
      name: `dying-${moment}`,
      command: process.execPath,
      args: [fileURLToPath(new URL('fixtures/dying-sender.ts', import.meta.url)), node.url, token, file, moment],
    })
    expect(await sender.exited).toMatchObject({ signal: 'SIGKILL' })
    const left = JSON.parse(await readFile(file, 'utf8'))
    expect(left.rows).toMatchObject([{ body: `killed ${moment}`, attempts: 1 }])
    // Only what has left can have arrived; wait for it, so that the second run must meet it.
    if (moment === 'after') await vi.waitFor(() => expect(bob.bodies('hall')).toContain('killed after'), { timeout: 5_000 })

    await using ann = await connectedClient({ url: node.url, user: 'ann', device: 'ann-1', token: async () => token, storage: fileStorage(file) })
    await vi.waitFor(() => expect([ann.client.pending(), bob.client.pending()]).toEqual([null, null]), { timeout: 10_000 })
    expect(bob.bodies('hall').filter((body) => body === `killed ${moment}`)).toHaveLength(1)
    await vi.waitFor(async () => expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ rows: [] }), { timeout: 5_000 })
    expect(JSON.parse(await readFile(file, 'utf8')).connectionNumber).toBe(moment === 'before' ? 2 : 4)
  }
  expect(bob.bodies('hall')).toEqual(['killed before', 'killed after'])
  expect(JSON.parse(await readFile(file, 'utf8')).clientSeqs).toEqual({ hall: 2 })
})
