import { expect, test } from 'vitest'
import { syntheticHistory } from './synthetic.ts'

test('a synthetic history is in order of time and delivers every message to every member', () => {
  const history = syntheticHistory({ rooms: 3, clients: 10, messages: 50 })
  const { columns } = history
  expect(columns.tNs.every((time, row) => row === 0 || time >= columns.tNs[row - 1]!)).toBe(true)
  const members = [4, 3, 3]
  expect(history.rowsOf('delivery').length).toBe(Array.from({ length: 50 }, (_, message) => members[message % 3]!).reduce((sum, count) => sum + count))
  for (const kind of ['invoked', 'attempt', 'ok', 'stored', 'storedId']) expect(history.rowsOf(kind)).toHaveLength(50)
  expect(history.rowsOf('auditHead')).toHaveLength(9)
  expect(history.journalRowsOf('committed')).toHaveLength(50)
  expect(() => syntheticHistory({ rooms: 3, clients: 2, messages: 1 })).toThrow("can't fill")
})
