import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { historyDocument } from './document.ts'

test('docs/history.md is what kinds.ts says', () => {
  expect(readFileSync(new URL('../../docs/history.md', import.meta.url), 'utf8')).toBe(historyDocument())
})
