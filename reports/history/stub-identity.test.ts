import { join } from 'node:path'
import { expect, test } from 'vitest'
import { recordBits } from './codes.ts'
import { kinds, messagesPerClient } from './kinds.ts'
import { openHistory } from './open-history.ts'
import { smallManifest, temporaryFolder, writeRun } from './test-run.ts'
import { createHistoryWriter } from './writer.ts'

const operation = '0198a5c2-7b1e-7c3d-8e4f-0123456789ab'
const nobodys = '0198a5c2-7b1e-7c3d-8e4f-0123456789ac'

test('a stub is the message that was invoked with its clientMessageId, in every row of the audit; one that nobody invoked stays foreign', () => {
  const folder = temporaryFolder()
  const open = (writer: string): ReturnType<typeof createHistoryWriter> => createHistoryWriter({ folder: join(folder, 'history'), writer, originNs: 1n })
  const load = open('load-1')
  const run = open('run')
  const own = 4 * messagesPerClient + 7
  load.row(1, 4, 1, load.name('room-a'), kinds.invoked.code, 0, own, 1, -1, load.name(operation))
  load.row(2, 4, 1, load.name('room-a'), kinds.delivery.code, 0, -load.name(operation) - 2, 5, 5, 1)
  run.name('only there to move the ids')
  for (const [index, kind] of (['stored', 'storedId', 'storedRecord', 'storedEntry', 'audited'] as const).entries())
    run.row(10 + index, -1, -1, run.name('room-a'), kinds[kind].code, recordBits.stub, -run.name(operation) - 2, 5, -1, -1)
  run.row(20, -1, -1, run.name('room-a'), kinds.stored.code, recordBits.stub, -run.name(nobodys) - 2, 6, 6, -1)
  const writers = [load, run].map((writer, index) => {
    const [rows, names] = writer.close()
    return { writer: ['load-1', 'run'][index] ?? '', rows: rows?.rows ?? 0, names: names?.rows ?? 0 }
  })
  writeRun(folder, smallManifest({ writers }))
  const history = openHistory(folder)
  const named = [...history.columns.message].map((message) => `${history.messages.client[message]}:${history.messages.counter[message]}`)
  expect(named).toEqual(['4:7', '-1:-1', '4:7', '4:7', '4:7', '4:7', '4:7', '-1:-1'])
  expect(history.names[history.messages.foreign[history.columns.message.at(-1) ?? -1] ?? -1]).toBe(nobodys)
})
