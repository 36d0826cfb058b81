import { expect, test } from 'vitest'
import { pendingAt } from './pending.ts'

const health = { sockets: 3, socketRooms: 5, openRooms: 2, pendingAppends: 0, pendingCursors: 0, untoldReceipts: 0 }

test('a node with nothing left to do is settled', () => {
  expect(pendingAt('node-1', health)).toBeNull()
})

test('a node says what it has left to do', () => {
  expect(pendingAt('node-1', { ...health, pendingAppends: 2 })).toBe('node-1 has 2 appends in its room queues')
  expect(pendingAt('node-1', { ...health, pendingCursors: 3 })).toBe('node-1 has 3 cursors to write')
  expect(pendingAt('node-1', { ...health, untoldReceipts: 4 })).toBe('node-1 has 4 cursors to tell')
})

test('a node that runs but does not answer is not settled', () => {
  expect(pendingAt('node-1', null)).toBe("node-1 doesn't answer its health route")
})
