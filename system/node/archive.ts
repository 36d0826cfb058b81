/**
 * Archives: entries of a room as NDJSON and a manifest in the object store, and the rows in `archives` that say which exist.
 * A row is written only after both objects were read back and compared, so what has a row may be purged.
 */
import { createHash } from 'node:crypto'
import type { Collection } from 'mongodb'
import type { StoredEntry } from './entries.ts'
import type { Window } from './log-store.ts'
import type { ObjectStorage } from './object-storage.ts'
import type { Store } from './store.ts'

export interface Manifest {
  format: 1
  roomId: string
  epoch: string
  /** `after < seq <= upTo`. */
  after: number
  upTo: number
  key: string
  entries: number
  messages: number
  bytes: number
  /** Hex, of the NDJSON. */
  sha256: string
}
export interface StoredArchive extends Manifest {
  /** The key. */
  _id: string
}

export interface ArchivedEntry {
  entry: StoredEntry
  /** Of the object that holds it. */
  key: string
}

export interface Archive {
  /** Stores, reads back, compares; only then it counts. The same content again changes nothing. */
  write(window: Window, entries: readonly StoredEntry[]): Promise<void>
  /** Which windows are archived. */
  list(roomId: string, epoch: string): Promise<StoredArchive[]>
  /** What is archived of a window, in seq order; of an entry archived more than once the latest revision. Rejects when an object isn't what its row says. */
  read(window: Window, archives: readonly StoredArchive[]): Promise<ArchivedEntry[]>
}

export class ArchiveDamaged extends Error {
  override readonly name = 'ArchiveDamaged'
}

const sha256 = (body: Uint8Array) => createHash('sha256').update(body).digest('hex')
const json = (value: object) => new TextEncoder().encode(`${JSON.stringify(value)}\n`)

/** Pure: the object and its manifest. The key carries the hash, so that another content never overwrites it. */
export function packArchive({ roomId, epoch, after, upTo }: Window, entries: readonly StoredEntry[]): { body: Uint8Array; manifest: Manifest } {
  const body = new TextEncoder().encode(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
  const hash = sha256(body)
  const key = `archive/${roomId}/${epoch}/${after + 1}-${upTo}.${hash.slice(0, 16)}.ndjson`
  const messages = entries.filter((entry) => entry.kind === 'message').length
  return { body, manifest: { format: 1, roomId, epoch, after, upTo, key, entries: entries.length, messages, bytes: body.length, sha256: hash } }
}

/** Pure: throws ArchiveDamaged unless the bytes are what the manifest says. */
export function unpackArchive(body: Uint8Array | null, manifest: Manifest): StoredEntry[] {
  if (body === null) throw new ArchiveDamaged(`${manifest.key} is not in the object store`)
  if (body.length !== manifest.bytes || sha256(body) !== manifest.sha256) throw new ArchiveDamaged(`${manifest.key} is not what was archived`)
  const lines = new TextDecoder().decode(body).split('\n').slice(0, -1)
  if (lines.length !== manifest.entries) throw new ArchiveDamaged(`${manifest.key} has ${lines.length} entries, not ${manifest.entries}`)
  return lines.map((line) => JSON.parse(line) as StoredEntry)
}

const keyOfManifest = (key: string) => `${key}.manifest.json`

export function archiveOf(store: Pick<Store, 'database'>, storage: ObjectStorage): Archive {
  const rows: Collection<StoredArchive> = store.database.collection('archives')
  return {
    async write(window, entries) {
      const { body, manifest } = packArchive(window, entries)
      const { key } = manifest
      await storage.put(key, body, 'application/x-ndjson')
      await storage.put(keyOfManifest(key), json(manifest), 'application/json')
      unpackArchive(await storage.get(key), manifest)
      const read = await storage.get(keyOfManifest(key))
      if (read === null || Buffer.compare(read, json(manifest)) !== 0) throw new ArchiveDamaged(`${keyOfManifest(key)} is not what was stored`)
      await rows.updateOne({ _id: key }, { $setOnInsert: manifest }, { upsert: true })
    },
    async list(roomId, epoch) {
      return (await rows.find({ roomId, epoch }).toArray()).toSorted((left, right) => left.after - right.after)
    },
    async read({ after, upTo }, archives) {
      const latest = new Map<number, ArchivedEntry>()
      for (const archive of archives.filter((row) => row.after < upTo && row.upTo > after)) {
        for (const entry of unpackArchive(await storage.get(archive.key), archive)) {
          const known = latest.get(entry.seq)
          if (entry.seq > after && entry.seq <= upTo && (known === undefined || (known.entry.rev ?? 0) < (entry.rev ?? 0)))
            latest.set(entry.seq, { entry, key: archive.key })
        }
      }
      return [...latest.values()].toSorted((left, right) => left.entry.seq - right.entry.seq)
    },
  }
}
