import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { exportHistory } from './export.ts'
import { phases } from './codes.ts'
import { kinds, messagesPerClient } from './kinds.ts'
import { openHistory } from './open-history.ts'
import { readManifest } from './run-files.ts'
import { journalBytes, smallManifest, temporaryFolder, writeJournal, writeRun } from './test-run.ts'
import { createHistoryWriter } from './writer.ts'

const operation = '0198a5c2-7b1e-7c3d-8e4f-0123456789ab'
const retried = '0198a5c2-7b1e-7c3d-8e4f-0123456789ac'
const journal = journalBytes('node-1', 1, [
  { stage: 'name', tNs: 1, extra: 1, text: 'room-b, whose name is longer than one row of forty-eight bytes' },
  { stage: 'committed', tNs: 25, room: 1, seq: 9, operationId: operation },
  { stage: 'acked', tNs: 20, room: 1, seq: 9, operationId: retried },
  { stage: 'relayed', tNs: 30, room: 1, seq: 9, count: 4, operationId: '0198a5c2-7b1e-7c3d-8e4f-ffffffffffff' },
  { stage: 'closed', tNs: 40 },
])

/** Two load workers, the run, and one node. */
function smallRun() {
  const folder = temporaryFolder()
  const open = (writer: string) => createHistoryWriter({ folder: join(folder, 'history'), writer, originNs: 1n })
  const one = open('load-1')
  const two = open('load-2')
  const run = open('run')
  two.name('only there to move the ids')
  const own = 1 * messagesPerClient + 3
  one.row(10, 1, 1, one.name('room-a'), kinds.invoked.code, 0, own, 1, -1, one.name(operation))
  one.row(5, 1, 1, one.name('room-a'), kinds.intended.code, 0, own, -1, 50, 777)
  one.row(12, 1, 1, one.name('room-a'), kinds.attempt.code, 0, own, 2, -1, one.name(retried))
  two.row(12, 2, 1, two.name('room-c'), kinds.connect.code, 0, -1, -1, two.name('boot'), two.name('node-1'))
  two.row(11, 2, 1, two.name('room-a'), kinds.delivery.code, 23, own, 9, 9, -1)
  two.row(13, 2, 1, two.name('room-a'), kinds.delivery.code, 23, -two.name('stranger, "x"') - 2, 10, 10, 5)
  two.row(14, -1, -1, -1, kinds.writerCount.code, 0, -1, -1, -1, 4)
  run.row(0, -1, -1, -1, kinds.phase.code, 0, -1, -1, -1, phases.steady)
  const writers = [one, two, run].map((writer, index) => {
    const [rows, names] = writer.close()
    return { writer: ['load-1', 'load-2', 'run'][index]!, rows: rows!.rows, names: names!.rows }
  })
  writeJournal(folder, 'node-1.1.rows', journal)
  const manifest = smallManifest({ writers, nodes: [{ name: 'node-1', boots: 1 }] })
  writeRun(folder, manifest)
  return { folder, manifest }
}

describe('a sound run', () => {
  test('is merged by time, with names, rooms and messages of all writers in one table each', () => {
    const history = openHistory(smallRun().folder)
    expect(history.defects).toEqual([])
    expect([...history.columns.tNs]).toEqual([0, 5, 10, 11, 12, 12, 13, 14])
    expect([...history.columns.room].map((room) => history.rooms[room] ?? null)).toEqual([
      null,
      'room-a',
      'room-a',
      'room-a',
      'room-a',
      'room-c',
      'room-a',
      null,
    ])
    expect([...history.columns.message]).toEqual([-1, 0, 0, 0, 0, -1, 1, -1])
    expect({ length: history.messages.length, client: [...history.messages.client], counter: [...history.messages.counter] }).toEqual({
      length: 2,
      client: [1, -1],
      counter: [3, -1],
    })
    expect(history.names[history.messages.foreign[1]!]).toBe('stranger, "x"')
    const [connect] = history.rowsOf('connect')
    expect([history.names[history.columns.value[connect!]!], history.names[history.columns.rev[connect!]!]]).toEqual(['node-1', 'boot'])
    expect([...history.rowsOf('delivery')].map((row) => history.columns.value[row])).toEqual([-1, 5])
    expect([...history.rowsOf('no such kind')]).toEqual([])
  })

  test('has the journals by time, with messages by the operationId of any attempt', () => {
    const history = openHistory(smallRun().folder)
    const { journals, nodes, rooms, files } = history
    expect([...journals.tNs]).toEqual([20, 25, 30, 40])
    expect([...journals.message]).toEqual([0, 0, -1, -1])
    expect([...journals.room].map((room) => rooms[room] ?? null).slice(0, 1)).toEqual(['room-b, whose name is longer than one row of forty-eight bytes'])
    expect([...journals.node].map((node) => nodes[node])).toEqual(Array(4).fill('node-1'))
    expect([...history.journalRowsOf('relayed')]).toEqual([2])
    expect(rooms).not.toContain('node-1')
    expect(files.map(({ name, state }) => [name, state])).toContainEqual(['node-1.1.rows', 'closed'])
  })

  test('is exported as lines with names in place of ids', () => {
    const history = openHistory(smallRun().folder)
    const lines = [...exportHistory(history, 'ndjson')]
      .join('')
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
    expect(lines[0]).toEqual({ t_ns: 0, kind: 'phase', value: 'steady' })
    expect(lines[2]).toEqual({ t_ns: 10, client: 1, session: 1, room: 'room-a', kind: 'invoked', message: '1:3', seq: 1, value: operation })
    expect([...exportHistory(history, 'csv')].join('').split('\n')[7]).toBe('13,2,1,room-a,delivery,23,"stranger, ""x""",10,10,5')
  })
})

test('a step that a client could not do is told, and makes no record doubtful', () => {
  const { folder, manifest } = smallRun()
  const failedSteps = ['alice: join: could not join room room-a (no answer)']
  writeRun(folder, { ...manifest, failedSteps })
  expect(openHistory(folder)).toMatchObject({ defects: [], failedSteps })
})

test('rows of presence and files name users and uploads as the rest of the history does', () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'history'))
  writeRun(folder, smallManifest())
  const operationId = '01890a5d-ac96-774b-bcce-b302099a8057'
  writeJournal(
    folder,
    'node-1.1.rows',
    journalBytes('node-1', 1, [
      { stage: 'name', tNs: 1, extra: 1, text: 'alice' },
      { stage: 'beatStored', tNs: 2, seq: 4, count: 1 },
      { stage: 'presenceGone', tNs: 3, seq: 4, count: 9 },
      { stage: 'fileServed', tNs: 4, count: 1, operationId },
      { stage: 'closed', tNs: 5 },
    ]),
  )
  const { journals, names, rooms } = openHistory(folder)
  expect([...journals.count].slice(0, 3).map((id) => names[id] ?? 'nobody')).toEqual(['alice', 'nobody', 'alice'])
  expect(names[journals.message[2] ?? -1]).toBe(operationId)
  expect(rooms).toEqual(['room-a'])
})

describe('an unsound record', () => {
  function defectsAfter(change: (folder: string, manifest: ReturnType<typeof smallRun>['manifest']) => void): readonly string[] {
    const { folder, manifest } = smallRun()
    change(folder, manifest)
    return openHistory(folder).defects
  }

  test('says that the harness did not finish', () => {
    expect(
      defectsAfter((folder, manifest) => {
        writeRun(folder, { ...manifest, closed: false, writers: [] })
      }),
    ).toEqual(['the harness did not finish'])
  })

  test('names a cut file and what it lacks, a missing file and an unknown one', () => {
    expect(
      defectsAfter((folder) => {
        truncateSync(join(folder, 'history/load-1.rows.arrow'), 1400)
        rmSync(join(folder, 'history/run.rows.arrow'))
        createHistoryWriter({ folder: join(folder, 'history'), writer: 'late', originNs: 1n }).close()
      }),
    ).toEqual([
      expect.stringMatching(/^load-1\.rows\.arrow is truncated at byte \d+: cut inside/),
      'load-1.rows.arrow has 0 rows, but its writer closed it with 3',
      'run.rows.arrow is missing',
      "writer late was never closed: the manifest doesn't name it",
    ])
  })

  test('names a gap, an id without a name and an unknown kind', () => {
    expect(
      defectsAfter((folder, manifest) => {
        const writer = createHistoryWriter({ folder: join(folder, 'history'), writer: 'odd', originNs: 1n })
        writer.row(1, 1, 1, 55, kinds.connect.code, 0, -1, -1, -1, 66)
        writer.row(2, 1, 1, -1, 250, 0, -1, -1, -1, -1)
        writer.row(3, -1, -1, -1, kinds.writerCount.code, 0, -1, -1, -1, 4)
        writer.close()
        writeRun(folder, { ...manifest, writers: [...manifest.writers, { writer: 'odd', rows: 3, names: 0 }] })
      }),
    ).toEqual([
      "odd.rows.arrow names 2 ids that odd.names.arrow doesn't have",
      'odd.rows.arrow has 1 rows of an unknown kind',
      'odd.rows.arrow has a gap: row 3 says that it is row 4',
    ])
  })

  test('takes a cut journal as normal only when a kill or a crash of that boot explains it', () => {
    const cut = (folder: string): void => {
      writeJournal(folder, 'node-1.1.rows', journal.subarray(0, journal.length - 60))
    }
    expect(defectsAfter(cut)).toEqual(['node-1.1.rows is truncated at byte 384: cut inside a row'])
    expect(
      defectsAfter((folder, manifest) => {
        cut(folder)
        writeRun(folder, { ...manifest, plannedKills: [{ node: 'node-1', boot: 1 }] })
      }),
    ).toEqual([])
    expect(
      defectsAfter((folder, manifest) => {
        cut(folder)
        writeRun(folder, manifest, { faults: [], nodes: [{ name: 'node-1', exits: [{ atMs: 3, code: null, signal: 'SIGSEGV', planned: false, boot: 1 }] }] })
      }),
    ).toEqual([])
    expect(
      defectsAfter((folder, manifest) => {
        writeRun(folder, { ...manifest, nodes: [{ name: 'node-1', boots: 2 }] })
      }),
    ).toEqual(['journal node-1.2.rows is missing'])
  })

  test('has journals of any bytes without an error', () => {
    const { folder } = smallRun()
    for (let index = 0; index < journal.length; index++) {
      const damaged = Buffer.from(journal)
      damaged[index] = damaged[index]! ^ 0xff
      writeJournal(folder, 'node-1.1.rows', index % 2 === 0 ? damaged : journal.subarray(0, index))
      expect(openHistory(folder).files.at(-1)?.name).toBe('node-1.1.rows')
    }
  })
})

describe('a folder that is no run', () => {
  test('is refused with what was expected', () => {
    const folder = temporaryFolder()
    expect(() => openHistory(join(folder, 'nowhere'))).toThrow(/nowhere is not a folder: expected the folder of a run, with manifest.json/)
    expect(() => openHistory(folder)).toThrow(/has no manifest.json/)
  })

  test('is refused with the file and field that is malformed', () => {
    const { folder, manifest } = smallRun()
    writeFileSync(join(folder, 'manifest.json'), readFileSync(join(folder, 'manifest.json'), 'utf8').slice(0, 50))
    expect(() => openHistory(folder)).toThrow(/manifest.json is not JSON/)
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, seed: 'seven', nodes: [{ name: 1, boots: 1 }] }))
    expect(() => readManifest(folder)).toThrow(/manifest.json is malformed: seed: .*; nodes.0.name: /)
    writeRun(folder, manifest)
    writeFileSync(join(folder, 'trace.json'), '{"faults": 3, "nodes": []}')
    expect(() => openHistory(folder)).toThrow(/trace.json is malformed: faults: /)
  })

  test('without trace or writers is read, and says so', () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'history'))
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(smallManifest()))
    expect(openHistory(folder).defects).toEqual(['trace.json is missing', 'no writer left a file in history/'])
  })
})
