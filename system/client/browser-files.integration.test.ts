/** A page of another origin than the node and the object store shares a file: its browser asks the store first whether it may. */
import { expect, test, vi } from 'vitest'
import { openRealFiles } from '../node/fixtures/real-files.ts'
import { tokenOf } from '../node/fixtures/real-nodes.ts'
import { openPage } from './fixtures/browser-page.ts'

test('the bytes of a file go from a page straight to the object store, by a PUT to a signed URL', async () => {
  await using files = await openRealFiles('browser-files')
  const node = await files.nodes.start('node-1', files.environment)
  await using page = await openPage(node.url, () => tokenOf('page', 'page-1'))
  await vi.waitFor(() => expect(page.report()).toMatchObject({ state: 'online', pending: null }), { timeout: 20_000, interval: 50 })
  page.share('from a page')
  await vi.waitFor(() => expect(page.report()?.shared, page.failure() ?? '').toMatchObject([{ kind: 'ok' }]), { timeout: 20_000, interval: 50 })
  await vi.waitFor(() => expect(page.report()?.bodies).toEqual(['from a page']), { timeout: 10_000, interval: 50 })
  const upload = await files.uploads.find(page.report()?.shared[0]?.uploadId ?? '')
  expect(upload).toMatchObject({ state: 'scanning', bytes: 11 })
  const stored = await files.objects.read(upload?.servedKey ?? '', AbortSignal.timeout(5_000))
  expect(await stored?.setEncoding('utf8').toArray()).toEqual(['from a page'])
})
