import { expect, test } from 'vitest'
import { termsOf } from './search-terms.ts'

test('words are found whatever their case, width and accents, each once', () => {
  expect(termsOf('Crème BRÛLÉE, creme №7 ﬁn')).toEqual(['creme', 'brulee', 'no7', 'fin'])
  expect(termsOf('日本語 テスト')).toEqual(['日本語', 'テスト'])
  expect(termsOf('… !?')).toEqual([])
})

test('a word of any length gives a term of at most 64 characters', () => {
  expect(termsOf('x'.repeat(500))).toEqual(['x'.repeat(64)])
})
