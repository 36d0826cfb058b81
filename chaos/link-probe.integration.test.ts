import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createProcessRuntime } from '../system/cluster/process-runtime.ts'
import { components, findComponent } from '../system/components/table.ts'
import { probeLink } from './link-probe.ts'

test('the store answers hello', async () => {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'shakedown-probe-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const runId = 'probe-test'
  const runtime = stack.use(await createProcessRuntime({ logFolder: join(folder, 'logs'), runId }))
  const found = await findComponent(components.mongo, { install: true, urls: {}, progress: () => {} })
  const { host, port } = stack.use(await components.mongo.start(found, runtime, { folder: join(folder, 'mongo'), runId }))
  expect(await probeLink({ host, port, upstream: { kind: 'mongo', host, port } }, 2000)).toMatchObject({ answered: true })
})
