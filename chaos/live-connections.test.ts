import { expect, test } from 'vitest'
import { establishedAt } from './live-connections.ts'

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:5208 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1
   1: 0100007F:5208 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 2
   2: 0100007F:C350 0100007F:5208 01 00000000:00000000 00:00000000 00000000     0        0 3
   3: 0100007F:5208 0100007F:C351 06 00000000:00000000 00:00000000 00000000     0        0 4
   4: 0100007F:5209 0100007F:C352 01 00000000:00000000 00:00000000 00000000     0        0 5
`

test('only established connections at the listening end count, not the listener, the other end or those in TIME_WAIT', () => {
  expect(establishedAt(table, 0x5208)).toEqual(['0100007F:C350'])
  expect(establishedAt(table, 0x5209)).toEqual(['0100007F:C352'])
  expect(establishedAt(table, 80)).toEqual([])
})
