/** A client's storage in one file, for Node: written whole beside it, synced and renamed, so that a crash leaves the old or the new one. */
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { OutboxRow } from './outbox.ts'
import type { ClientStorage, StoredClient } from './storage.ts'

interface Waiter {
  resolve: () => void
  reject: (error: unknown) => void
}

/** What the file holds; an empty client when there is none. Rejects when it can't be read or isn't a client's file. */
async function read(path: string): Promise<StoredClient> {
  try {
    return parse(await readFile(path, 'utf8'), path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { connectionNumber: 0, clientSeqs: {}, rows: [] }
    throw error
  }
}
function parse(text: string, path: string): StoredClient {
  const stored: unknown = JSON.parse(text)
  if (!isStoredClient(stored)) throw new Error(`${path} is not the storage of a chat client`)
  return stored
}
function isStoredClient(value: unknown): value is StoredClient {
  return typeof value === 'object' && value !== null && 'connectionNumber' in value && 'clientSeqs' in value && 'rows' in value && Array.isArray(value.rows)
}

async function replace(path: string, text: string): Promise<void> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true })
  const file = await open(`${path}.new`, 'w')
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
  const directory = await open(folder, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

/** One client at a time may use a file. */
export function fileStorage(path: string): ClientStorage {
  const rows = new Map<string, OutboxRow>()
  const clientSeqs = new Map<string, number>()
  let connectionNumber = 0
  let waiting: Waiter[] = []
  let writing = false

  async function writeAll(): Promise<void> {
    writing = true
    while (waiting.length > 0) {
      const served = waiting
      waiting = []
      const stored: StoredClient = { connectionNumber, clientSeqs: Object.fromEntries(clientSeqs), rows: [...rows.values()] }
      try {
        await replace(path, JSON.stringify(stored))
        for (const { resolve } of served) resolve()
      } catch (error) {
        for (const { reject } of served) reject(error)
      }
    }
    writing = false
  }
  /** Changes that come while a write is under way share the next one. */
  function save(): Promise<void> {
    return new Promise((resolve, reject) => {
      waiting.push({ resolve, reject })
      if (!writing) void writeAll()
    })
  }

  return {
    async load() {
      const stored = await read(path)
      connectionNumber = stored.connectionNumber
      for (const [room, clientSeq] of Object.entries(stored.clientSeqs)) clientSeqs.set(room, clientSeq)
      for (const row of stored.rows) rows.set(row.clientMessageId, row)
      return stored
    },
    saveConnectionNumber(number) {
      connectionNumber = number
      return save()
    },
    putRow(row) {
      rows.set(row.clientMessageId, { ...row })
      clientSeqs.set(row.room, Math.max(clientSeqs.get(row.room) ?? 0, row.clientSeq))
      return save()
    },
    removeRow(clientMessageId) {
      rows.delete(clientMessageId)
      return save()
    },
  }
}
