import { expect, test } from 'vitest'
import type { OutboxRow } from './outbox.ts'
import { createRowStatus } from './row-status.ts'

function setUp() {
  const told: string[] = []
  const connection = { synced: true }
  const statuses = createRowStatus({ status: (id, status) => void told.push(`${id} ${status}`) }, () => connection.synced)
  const row: OutboxRow = { room: 'hot', clientMessageId: 'm1', clientSeq: 1, body: 'hello', clientCreatedAt: 0, attempts: 0, doubt: false, state: 'queued' }
  return { told, connection, statuses, row }
}

test('a status is told once, however often it is shown', () => {
  const { told, statuses, row } = setUp()
  statuses.show(row)
  statuses.show(row)
  statuses.move(row, 'emitted')
  expect(told).toEqual(['m1 queued', 'm1 sending'])
})

test('a row that waits is told as offline once the connection is not synced', () => {
  const { told, connection, statuses, row } = setUp()
  statuses.show(row)
  connection.synced = false
  statuses.show(row)
  expect(told).toEqual(['m1 queued', 'm1 offline'])
})

test('a row that left the outbox and comes again is told anew', () => {
  const { told, statuses, row } = setUp()
  statuses.show(row)
  statuses.drop(row)
  statuses.show(row)
  expect(told).toEqual(['m1 queued', 'm1 queued'])
})
