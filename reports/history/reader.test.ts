import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { nanosecondsAt, readRowFile, readTimes } from './reader.ts'
import { temporaryFolder } from './test-run.ts'
import { createHistoryWriter } from './writer.ts'

const folder = temporaryFolder()

/** Three batches of rows, the times of some far apart or below zero. */
function written(): Buffer {
  const writer = createHistoryWriter({ folder, writer: 'w', originNs: 1n })
  for (let row = 0; row < 30; row++) {
    writer.row(row * 2 ** 40 - 7, row, 1, -1, 7, 3, row, row, row, row)
    if (row % 10 === 9) writer.flush()
  }
  writer.close()
  return readFileSync(join(folder, 'w.rows.arrow'))
}

test('times read alone are those of the rows, and end where they end, whatever was cut or altered', () => {
  const whole = written()
  const path = join(folder, 'altered.rows.arrow')
  const bytes = fc.nat(whole.length - 1)
  const alterations = fc.record({ at: bytes, to: fc.nat(255), length: fc.oneof(fc.constant(whole.length), bytes), damage: fc.option(bytes) })
  fc.assert(
    fc.property(alterations, ({ at, to, length, damage }) => {
      const altered = Buffer.from(whole)
      altered[at] = to
      writeFileSync(path, altered.subarray(0, length))
      const options = damage === null ? {} : { damage: { offset: damage, detail: 'another sum' } }
      const [times, alone]: [number[], number[]] = [[], []]
      const end = readRowFile(path, ({ time, length: rows }) => times.push(...Array.from({ length: rows }, (_, row) => nanosecondsAt(time, row))), options)
      const endAlone = readTimes(path, (time) => alone.push(...Array.from({ length: time.length / 2 }, (_, row) => nanosecondsAt(time, row))), options)
      expect(alone).toEqual(times)
      expect(endAlone).toEqual(end)
    }),
    { numRuns: 1000 },
  )
})
