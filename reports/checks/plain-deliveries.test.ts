import { expect, test } from 'vitest'
import { layers } from '../history/codes.ts'
import type { Columns, History } from '../history/history.ts'
import { kinds } from '../history/kinds.ts'
import { syntheticHistory } from '../history/synthetic.ts'
import { plainDeliveriesOf } from './plain-deliveries.ts'

const sound = (): History => syntheticHistory({ rooms: 2, clients: 8, messages: 40 })

test('in a sound run every delivery is plain, and the other rows come in order', () => {
  const history = sound()
  const { count, others } = plainDeliveriesOf(history)
  const { kind, length } = history.columns
  expect(count).toBe(history.rowsOf('delivery').length)
  expect([...others]).toEqual(Array.from({ length }, (_, row) => row).filter((row) => kind[row] !== kinds.delivery.code))
})

test.each<[string, (columns: Columns, row: number) => void]>([
  ['names another message', ({ message }, row) => (message[row] = ((message[row] ?? 0) + 2) % 40)],
  ['names no message', ({ message }, row) => (message[row] = -1)],
  ['names a seq above the head', ({ seq }, row) => (seq[row] = 1_000_000)],
  ['names seq 0', ({ seq }, row) => (seq[row] = 0)],
  ['brings another body', ({ value }, row) => (value[row] = (value[row] ?? 0) + 1)],
  ['is of another room', ({ room }, row) => (room[row] = 1 - (room[row] ?? 0))],
  ['is of no room', ({ room }, row) => (room[row] = -1)],
  ['came by no way', ({ layer }, row) => (layer[row] = (layer[row] ?? 0) & ~layers.live)],
  ['reached who is no member', ({ client }, row) => (client[row] = ((client[row] ?? 0) + 1) % 8)],
])('a delivery that %s needs a look, and those beside it do not', (_, alter) => {
  const history = sound()
  const row = history.rowsOf('delivery')[50] ?? -1
  const before = plainDeliveriesOf(sound())
  alter(history.columns, row)
  const { count, others } = plainDeliveriesOf(history)
  expect(count).toBe(before.count - 1)
  expect([...others].filter((one) => !before.others.includes(one))).toEqual([row])
})
