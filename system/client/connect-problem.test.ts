import { expect, test } from 'vitest'
import { connectProblem } from './connect-problem.ts'

test('a refused request is told by its status and message', () => {
  expect(connectProblem('transport error', { description: 400, context: { responseText: '{"code":1,"message":"Session ID unknown"}' } })).toBe(
    'HTTP 400 Session ID unknown',
  )
  expect(connectProblem('xhr poll error', { description: 503, context: { responseText: '<html>' } })).toBe('HTTP 503')
})

test('anything else is told as it was named', () => {
  expect(connectProblem('ping timeout', undefined)).toBe('ping timeout')
  expect(connectProblem('xhr poll error', { description: 0, context: { responseText: '' } })).toBe('xhr poll error')
})
