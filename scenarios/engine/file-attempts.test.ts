import { expect, test } from 'vitest'
import { borrowed, tampered } from './file-attempts.ts'

test('a signed address has another signature, an unsigned one another name', () => {
  const signed = { url: 'http://s/chat/f/1?X-Amz-Expires=30&X-Amz-Signature=ab0', headers: {} }
  expect(tampered(signed).url).toBe('http://s/chat/f/1?X-Amz-Expires=30&X-Amz-Signature=ab1')
  expect(tampered({ url: 'http://s/files/0190-aab', headers: { a: 'b' } })).toEqual({ url: 'http://s/files/0190-aa0', headers: { a: 'b' } })
})

test('who borrows an address has no token but its own', () => {
  expect(borrowed({ url: 'http://n/files/u', headers: { authorization: 'Bearer theirs' } }, 'mine').headers).toEqual({ authorization: 'Bearer mine' })
  expect(borrowed({ url: 'http://s/f', headers: {} }, 'mine').headers).toEqual({})
})
