import { expect, test } from 'vitest'
import { OperationTable, uuidWords } from './operation-table.ts'

test('finds the message of every operationId, past its first size, and none for another', () => {
  const table = new OperationTable(4)
  for (let message = 0; message < 5000; message++) table.set(message % 7, message, -message, 0x7fffffff, message)
  table.set(1 % 7, 1, -1, 0x7fffffff, 99)
  for (let message = 0; message < 5000; message++) expect(table.get(message % 7, message, -message, 0x7fffffff)).toBe(message)
  expect(table.get(1, 2, 3, 4)).toBe(-1)
})

test('reads the words of a UUID in any case and of nothing else', () => {
  expect(uuidWords('01000000-0200-0000-0300-0000FFFFFFFF')).toEqual([1, 2, 3, -1])
  expect(uuidWords('not-a-uuid')).toBeNull()
})
