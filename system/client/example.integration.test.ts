/** The example of the README, as it stands there, on a real node. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRealNodes, tokenOf } from '../node/fixtures/real-nodes.ts'
import type { RealNodes } from '../node/fixtures/real-nodes.ts'
import { connectedClient } from './fixtures/test-client.ts'

let nodes: RealNodes
beforeAll(async () => {
  nodes = await openRealNodes('example')
})
afterAll(() => nodes[Symbol.asyncDispose]())

test('the example sends, shows what others write, and ends once everybody has read it', async () => {
  const node = await nodes.start('node-1')
  await using bob = await connectedClient({ url: node.url, user: 'bob', device: 'bob-1', token: () => tokenOf('bob', 'bob-1') })
  await bob.client.join('lobby')
  const example = await nodes.runtime.spawn({
    name: 'example',
    command: process.execPath,
    args: [fileURLToPath(new URL('example.ts', import.meta.url)), node.url, await tokenOf('ann', 'ann-1'), 'ann', 'ann-1', 'lobby', 'hello, lobby'],
    cwd: nodes.folder,
  })
  await example.line(/ann: hello, lobby/, 10_000)
  await example.line(/read read by 1 of 1/, 10_000)
  expect(await example.exited).toMatchObject({ code: 0 })
  expect(bob.bodies('lobby')).toEqual(['hello, lobby'])
})

test('the README shows the example as it is', async () => {
  const [readme, example] = await Promise.all(['README.md', 'example.ts'].map((name) => readFile(new URL(name, import.meta.url), 'utf8')))
  const code = example?.slice(example.indexOf('import ')).trim() ?? ''
  expect(code.split('\n').length).toBeLessThanOrEqual(24)
  expect(readme).toContain(code)
})
