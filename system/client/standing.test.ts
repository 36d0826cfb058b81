import { expect, test } from 'vitest'
import { createStanding } from './standing.ts'

test('a connection is greeted once, and each greeting and each end begins another session', () => {
  const standing = createStanding()
  expect(standing.greet()).toBe(true)
  expect(standing.greet()).toBe(false)
  expect(standing.session()).toBe(1)
  expect(standing.end('transport close')).toBe('transport close')
  expect([standing.session(), standing.greeted()]).toEqual([2, false])
})

test('an end is told only of a connection that was greeted, and its reason is pending all the same', () => {
  const standing = createStanding()
  expect(standing.end('transport error')).toBeNull()
  expect(standing.pending()).toBe('not connected (transport error)')
})

test('what the node said of the end outranks the own reason, which outranks that of the transport', () => {
  const standing = createStanding()
  const ends: (string | null)[] = []
  standing.greet()
  standing.leave('no hello', () => void ends.push(standing.end('io client disconnect')))
  standing.greet()
  standing.closing('draining')
  standing.leave('no hello', () => void ends.push(standing.end('io client disconnect')))
  standing.greet()
  ends.push(standing.end('transport close'))
  expect(ends).toEqual(['no hello', 'draining', 'transport close'])
})

test('what the node said before a connection is opened anew is past', () => {
  const standing = createStanding()
  standing.greet()
  standing.closing('draining')
  standing.opening()
  expect(standing.end('transport close')).toBe('transport close')
})
