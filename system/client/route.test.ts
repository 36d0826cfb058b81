import { expect, test } from 'vitest'
import { cookieSet } from './route.ts'

test('only name and value of the cookie that the balancer sets are taken', () => {
  expect(cookieSet('lb', ['session=1; path=/', 'lb=node-2; path=/; HttpOnly'])).toBe('lb=node-2')
  expect(cookieSet('lb', ['lb2=node-2'])).toBeNull()
  expect(cookieSet('lb', [])).toBeNull()
})
