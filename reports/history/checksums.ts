/**
 * checksums.json: CRC-32 of every file that a verdict is made from, block by block, written when the run is closed. The files themselves stay as any
 * Arrow library reads them, writing them costs nothing more, and a flipped byte is found with its place. Source of the sum: RFC 1952, section 8, as in node:zlib.
 */
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, readSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { parseRunFile } from './history-error.ts'

export const checksumFile = 'checksums.json'
const blockBytes = 65_536
const count = z.int().min(0)
const checksums = z.object({
  version: z.literal(1),
  blockBytes: z.literal(blockBytes),
  files: z.record(z.string(), z.object({ bytes: count, crc32: z.array(count) })),
})
type Checksums = z.infer<typeof checksums>

/** Where a file first differs from what was closed. */
export interface Damage {
  offset: number
  detail: string
}

/** Names, from the run's folder, of the files that a verdict reads. */
function judgedFiles(folder: string): string[] {
  const inside = (part: string, ending: string): string[] =>
    existsSync(join(folder, part))
      ? readdirSync(join(folder, part))
          .filter((name) => name.endsWith(ending))
          .toSorted()
          .map((name) => `${part}/${name}`)
      : []
  return [...['manifest.json', 'trace.json'].filter((name) => existsSync(join(folder, name))), ...inside('history', '.arrow'), ...inside('journals', '.rows')]
}

/** Writes the sums of all files as they are now. Call it again when one of them had to be written anew. */
export function writeChecksums(folder: string): void {
  const lines = judgedFiles(folder).map((name) => `${JSON.stringify(name)}: ${JSON.stringify(sumsOf(join(folder, name)))}`)
  writeFileSync(join(folder, checksumFile), `{ "version": 1, "blockBytes": ${blockBytes}, "files": {\n${lines.join(',\n')}\n} }\n`)
}

/** Damage by file name, from the run's folder; null when the run left no checksums. Throws a HistoryError when they are malformed. */
export function damagedFiles(folder: string): ReadonlyMap<string, Damage> | null {
  const path = join(folder, checksumFile)
  if (!existsSync(path)) return null
  const sealed = parseRunFile(checksums, path, readFileSync(path, 'utf8'))
  const damaged = new Map<string, Damage>()
  for (const name of judgedFiles(folder)) {
    const known = sealed.files[name]
    const damage = known === undefined ? { offset: 0, detail: 'the run was closed without it' } : compare(known, sumsOf(join(folder, name)))
    if (damage !== null) damaged.set(name, damage)
  }
  for (const name of Object.keys(sealed.files)) if (!existsSync(join(folder, name))) damaged.set(name, { offset: 0, detail: 'it is missing' })
  return damaged
}

function compare(known: Checksums['files'][string], found: Checksums['files'][string]): Damage | null {
  const block = known.crc32.findIndex((sum, index) => sum !== found.crc32[index])
  if (known.bytes === found.bytes && block === -1 && known.crc32.length === found.crc32.length) return null
  const from = (block === -1 ? known.crc32.length : block) * blockBytes
  if (found.bytes !== known.bytes) return { offset: Math.min(from, found.bytes), detail: `it has ${found.bytes} bytes, and was closed with ${known.bytes}` }
  return { offset: from, detail: `bytes ${from} to ${Math.min(from + blockBytes, found.bytes) - 1} are not those that were written` }
}

function sumsOf(path: string): Checksums['files'][string] {
  const descriptor = openSync(path, 'r')
  try {
    const { size } = fstatSync(descriptor)
    const block = Buffer.allocUnsafe(blockBytes)
    const sums: number[] = []
    for (let at = 0; at < size; at += blockBytes) sums.push(crc32(block.subarray(0, readSync(descriptor, block, 0, blockBytes, at))))
    return { bytes: size, crc32: sums }
  } finally {
    closeSync(descriptor)
  }
}
