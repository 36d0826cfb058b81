/** A client's storage in the browser's database. Each change is one transaction, and done only once that is complete. */
import type { Database, DatabaseFactory, DatabaseRequest, DatabaseTransaction } from './indexed-db.ts'
import type { OutboxRow } from './outbox.ts'
import type { ClientStorage } from './storage.ts'

const storeNames = { rows: 'rows', clientSeqs: 'clientSeqs', device: 'device' } as const
type StoreName = (typeof storeNames)[keyof typeof storeNames]
const connectionNumberKey = 'connectionNumber'

function answerOf<T>(request: DatabaseRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(new Error(`IndexedDB: ${String(request.error)}`)))
  })
}
function endOf(transaction: DatabaseTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve())
    transaction.addEventListener('abort', () => reject(new Error(`IndexedDB: ${String(transaction.error)}`)))
  })
}
function opened(factory: DatabaseFactory, name: string): Promise<Database> {
  const request = factory.open(name, 1)
  request.addEventListener('upgradeneeded', () => {
    request.result.createObjectStore(storeNames.rows, { keyPath: 'clientMessageId' })
    request.result.createObjectStore(storeNames.clientSeqs)
    request.result.createObjectStore(storeNames.device)
  })
  return answerOf(request)
}

/** `name`: of the database, one per user and device; `factory`: the page's `indexedDB`. One client at a time may use a database. */
export function indexedDbStorage(name: string, factory: DatabaseFactory): ClientStorage {
  let database: Promise<Database> | null = null

  async function change(stores: StoreName[], act: (transaction: DatabaseTransaction) => void): Promise<void> {
    const transaction = (await (database ??= opened(factory, name))).transaction(stores, 'readwrite', { durability: 'strict' })
    const end = endOf(transaction)
    act(transaction)
    await end
  }

  return {
    async load() {
      const transaction = (await (database ??= opened(factory, name))).transaction([storeNames.rows, storeNames.clientSeqs, storeNames.device], 'readonly')
      const [rows, names, seqs, connectionNumber] = await Promise.all([
        answerOf<OutboxRow[]>(transaction.objectStore(storeNames.rows).getAll()),
        answerOf<string[]>(transaction.objectStore(storeNames.clientSeqs).getAllKeys()),
        answerOf<number[]>(transaction.objectStore(storeNames.clientSeqs).getAll()),
        answerOf<number | undefined>(transaction.objectStore(storeNames.device).get(connectionNumberKey)),
      ])
      return { rows, clientSeqs: Object.fromEntries(names.map((room, index) => [room, seqs[index] ?? 0])), connectionNumber: connectionNumber ?? 0 }
    },
    saveConnectionNumber: (number) =>
      change([storeNames.device], (transaction) => void transaction.objectStore(storeNames.device).put(number, connectionNumberKey)),
    putRow(row) {
      // Copied now: the row goes on changing while the transaction is under way.
      const copy = { ...row }
      return change([storeNames.rows, storeNames.clientSeqs], (transaction) => {
        transaction.objectStore(storeNames.rows).put(copy)
        const seqs = transaction.objectStore(storeNames.clientSeqs)
        const known: DatabaseRequest<number | undefined> = seqs.get(copy.room)
        known.addEventListener('success', () => void seqs.put(Math.max(known.result ?? 0, copy.clientSeq), copy.room))
      })
    },
    removeRow: (clientMessageId) => change([storeNames.rows], (transaction) => void transaction.objectStore(storeNames.rows).delete(clientMessageId)),
  }
}
