import { expect, it } from 'vitest'
import { bundleClient } from './bundle.ts'

it('the client is bundled for a page without anything of Node and without the schemas', { timeout: 60_000 }, async () => {
  const { code, inputs } = await bundleClient()
  expect(inputs).toContain('system/client/browser.ts')
  expect(inputs.filter((path) => path.startsWith('node:') || path.includes('zod') || path === 'system/protocol.ts')).toEqual([])
  expect(code).toContain('createChatClient')
  expect(code).not.toMatch(/\bBuffer\.|from ["']node:|require\(["']/)
})
