import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readNameFile, readRowFile } from './reader.ts'
import { temporaryFolder } from './test-run.ts'
import { createHistoryWriter } from './writer.ts'

function read(path: string) {
  const rows: { tNs: bigint; room: number; value: number }[] = []
  const end = readRowFile(path, (batch) => {
    for (let index = 0; index < batch.length; index++)
      rows.push({ tNs: (BigInt(batch.time[2 * index + 1]! | 0) << 32n) + BigInt(batch.time[2 * index]!), room: batch.room[index]!, value: batch.value[index]! })
  })
  return { rows, end }
}

/** Three batches of 5, 1 and 3 rows. */
function smallFile() {
  const folder = temporaryFolder()
  const writer = createHistoryWriter({ folder, writer: 'w', originNs: 5n })
  const room = writer.name('room')
  for (let row = 0; row < 9; row++) {
    writer.row(row * 1000, 1, 1, room, 7, 23, row, row, row, row)
    if (row === 4 || row === 5) writer.flush()
  }
  writer.name('ü')
  const counts = writer.close()
  return { folder, counts, rows: readFileSync(join(folder, 'w.rows.arrow')), names: readFileSync(join(folder, 'w.names.arrow')) }
}

describe('a writer', () => {
  test('gives back every row and name, across batches, with times up to 2^53 and before the start', () => {
    const folder = temporaryFolder()
    const writer = createHistoryWriter({ folder, writer: 'w', originNs: '5' })
    const names = Array.from({ length: 100 }, (_, index) => writer.name(`náme ${index}`))
    writer.row(2 ** 53 - 1, 1, 2, 3, 4, 5, 6, 7, 8, -9)
    writer.row(-5, 1, 2, 3, 4, 5, 6, 7, 8, 2 ** 31 - 1)
    for (let row = 0; row < 40_000; row++) writer.row(row, 1, 2, names[row % 100]!, 4, 5, 6, 7, 8, row)
    expect(writer.rows).toBe(40_002)
    expect(writer.close()).toEqual([
      { name: 'w.rows.arrow', rows: 40_002 },
      { name: 'w.names.arrow', rows: 100 },
    ])
    const { rows, end } = read(join(folder, 'w.rows.arrow'))
    expect(end.state).toBe('closed')
    expect(rows.slice(0, 3)).toEqual([
      { tNs: 2n ** 53n - 1n, room: 3, value: -9 },
      { tNs: -5n, room: 3, value: 2 ** 31 - 1 },
      { tNs: 0n, room: 0, value: 0 },
    ])
    expect(rows.at(-1)).toEqual({ tNs: 39_999n, room: 99, value: 39_999 })
    expect(readNameFile(join(folder, 'w.names.arrow')).names.at(-1)).toBe('náme 99')
  })

  test('leaves both files from the start, and what was flushed before a kill', () => {
    const folder = temporaryFolder()
    const writer = createHistoryWriter({ folder, writer: 'w', originNs: 5n })
    expect(read(join(folder, 'w.rows.arrow'))).toEqual({ rows: [], end: { state: 'truncated', offset: expect.any(Number), detail: 'no end marker' } })
    writer.row(1, 0, 0, writer.name('room'), 7, 0, 0, 0, 0, 0)
    writer.flush()
    expect(read(join(folder, 'w.rows.arrow')).rows).toHaveLength(1)
    expect(readNameFile(join(folder, 'w.names.arrow')).names).toEqual(['room'])
    writer.close()
  })

  test('never appends to the file of another writer, takes no row after close, and refuses a name that is a path', () => {
    const { folder } = smallFile()
    expect(() => createHistoryWriter({ folder, writer: 'w', originNs: 5n })).toThrow('EEXIST')
    expect(() => createHistoryWriter({ folder, writer: '../w', originNs: 5n })).toThrow("can't be called")
    const writer = createHistoryWriter({ folder, writer: 'x', originNs: 5n })
    writer.close()
    expect(() => {
      writer.row(1, 0, 0, 0, 7, 0, 0, 0, 0, 0)
    }).toThrow('closed')
  })
})

describe('a damaged file', () => {
  test('cut at every byte gives its whole batches and says that it is truncated', { timeout: 60_000 }, () => {
    const { folder, rows } = smallFile()
    const path = join(folder, 'cut.rows.arrow')
    const seen = new Set<number>()
    for (let cut = 0; cut < rows.length; cut++) {
      writeFileSync(path, rows.subarray(0, cut))
      const { rows: read_, end } = read(path)
      expect(end.state).toBe('truncated')
      expect(end.offset).toBeLessThanOrEqual(cut)
      expect(read_.map((row) => row.value)).toEqual(Array.from({ length: read_.length }, (_, index) => index))
      seen.add(read_.length)
    }
    expect([...seen]).toEqual([0, 5, 6, 9])
  })

  test('with bytes after its end marker is trailing, and all its rows are read', () => {
    const { folder, rows } = smallFile()
    const path = join(folder, 'long.rows.arrow')
    writeFileSync(path, Buffer.concat([rows, Buffer.from('x')]))
    const { rows: all, end } = read(path)
    expect([all.length, end.state, end.offset]).toEqual([9, 'trailing', rows.length])
  })

  test('with any one byte flipped ends in a state, never in an error', { timeout: 60_000 }, () => {
    const { folder, rows, names } = smallFile()
    const path = join(folder, 'flipped.arrow')
    const states = new Map<string, number>()
    for (const [bytes, reader] of [
      [rows, (at: string) => read(at).end],
      [names, (at: string) => readNameFile(at).end],
    ] as const) {
      writeFileSync(path, bytes)
      const file = openSync(path, 'r+')
      for (let index = 0; index < bytes.length; index++) {
        writeSync(file, Uint8Array.of(bytes[index]! ^ [0x01, 0x80, 0xff][index % 3]!), 0, 1, index)
        const { state } = reader(path)
        states.set(state, (states.get(state) ?? 0) + 1)
        writeSync(file, bytes, index, 1, index)
      }
      closeSync(file)
    }
    expect([...states.keys()].toSorted()).toEqual(['closed', 'corrupt', 'truncated'])
    expect(states.get('corrupt')).toBeGreaterThan(200)
  })

  test('of other columns, or that is no Arrow file, is corrupt', () => {
    const { folder } = smallFile()
    expect(readRowFile(join(folder, 'w.names.arrow'), () => {})).toMatchObject({ state: 'corrupt', offset: 0 })
    writeFileSync(join(folder, 'text'), 'this is not an Arrow file at all')
    expect(readNameFile(join(folder, 'text')).end).toMatchObject({ state: 'corrupt', offset: 0, detail: 'no continuation marker' })
  })
})
