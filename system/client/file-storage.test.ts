import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileStorage } from './file-storage.ts'
import type { OutboxRow } from './outbox.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shakedown-storage-'))
})
afterAll(() => rm(folder, { recursive: true }))

const row = (clientSeq: number, state: OutboxRow['state'] = 'queued'): OutboxRow => ({
  room: 'r',
  clientMessageId: `id-${clientSeq}`,
  clientSeq,
  body: 'x',
  clientCreatedAt: 0,
  attempts: 0,
  doubt: false,
  state,
})

describe('file storage', () => {
  it('begins empty, and gives back what was written to another one of the same file', async () => {
    const path = join(folder, 'deep', 'client.json')
    const storage = fileStorage(path)
    expect(await storage.load()).toEqual({ connectionNumber: 0, clientSeqs: {}, rows: [] })
    await storage.saveConnectionNumber(3)
    await storage.putRow(row(1))
    await storage.putRow(row(2))
    await storage.putRow(row(1, 'failed'))
    await storage.removeRow('id-2')
    expect(await fileStorage(path).load()).toEqual({ connectionNumber: 3, clientSeqs: { r: 2 }, rows: [row(1, 'failed')] })
  })

  it('writes many changes at once in few writes, each of them done when its promise says so', async () => {
    const path = join(folder, 'many.json')
    const storage = fileStorage(path)
    await Promise.all(Array.from({ length: 200 }, (_, index) => storage.putRow(row(index + 1))))
    expect(JSON.parse(await readFile(path, 'utf8')).rows).toHaveLength(200)
  })

  it('writes a row as it was when it was put, whatever becomes of it meanwhile', async () => {
    const path = join(folder, 'copied.json')
    const storage = fileStorage(path)
    const changing = row(1)
    const written = storage.putRow(changing)
    changing.state = 'sent'
    await written
    expect((await fileStorage(path).load()).rows).toEqual([row(1)])
  })

  it('refuses a file that is not its own, and says so when it cannot write', async () => {
    const path = join(folder, 'other.json')
    await writeFile(path, '{"colour":"green"}')
    await expect(fileStorage(path).load()).rejects.toThrow('is not the storage of a chat client')
    await expect(fileStorage(join(path, 'below-a-file')).putRow(row(1))).rejects.toThrow(/ENOTDIR|EEXIST/)
  })
})
