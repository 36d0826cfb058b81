/** What is known of each upload: its stored state, when its verdict came, the messages that carry it, and the addresses that were given for it. */
import type { History } from '../history/history.ts'
import { accessWays, fileContents, uploadStates } from '../history/codes.ts'
import { once } from './once.ts'

/** Nanoseconds, unless told otherwise. */
export interface FileFacts {
  /** `storedUpload` row, -1 when the store has none. */
  row: number
  state: number
  /** FNV-1a hash of the SHA-256 of the bytes that were declared. */
  hash: number
  /** Whether who shared it made it as one that every scanner finds. */
  isInfected: boolean
  /** When it became clean by the journals; NaN when they don't tell. */
  cleanNs: number
  /** When it expired by the journals: with the last message that carried it, where it had been clean. Infinity when they don't tell. */
  goneNs: number
  /** Given to clients: `expiresNs` Infinity when never. */
  mints: { client: number; atNs: number; expiresNs: number }[]
}

export interface Files {
  /** By name id of the uploadId. */
  of(upload: number): FileFacts
  /** How files are accessed in this run: accessWays code, as declared; where nothing is, as the addresses say, and -1 when none was given. */
  way: number
}

export const filesOf = once((history: History): Files => {
  const { session, rev, value, seq, tNs, client, layer } = history.columns
  const known = new Map<number, FileFacts>()
  const of = (upload: number): FileFacts => {
    const facts = known.get(upload) ?? { row: -1, state: -1, hash: 0, isInfected: false, cleanNs: NaN, goneNs: Infinity, mints: [] }
    known.set(upload, facts)
    return facts
  }
  for (const row of history.rowsOf('storedUpload')) Object.assign(of(value[row] ?? -1), { row, state: rev[row] ?? -1, hash: session[row] ?? 0 })
  const infected = new Set([...history.rowsOf('fileIntended')].filter((row) => layer[row] === fileContents.infected).map((row) => `${client[row]} ${seq[row]}`))
  for (const row of history.rowsOf('fileStep'))
    if ((value[row] ?? -1) !== -1 && infected.has(`${client[row]} ${seq[row]}`)) of(value[row] ?? -1).isInfected = true
  const { journals } = history
  for (const row of history.journalRowsOf('uploadState')) {
    const facts = of(journals.message[row] ?? -1)
    if (journals.extra[row] === uploadStates.clean && Number.isNaN(facts.cleanNs)) facts.cleanNs = journals.tNs[row] ?? NaN
    if (journals.extra[row] === uploadStates.expired) facts.goneNs = Math.min(facts.goneNs, journals.tNs[row] ?? Infinity)
  }
  const declared = history.fileAccess === undefined ? -1 : accessWays[history.fileAccess]
  let way = declared
  for (const row of history.rowsOf('fileUrl')) {
    if (rev[row] !== -1) continue
    if (declared === -1) way = layer[row] ?? -1
    const atNs = tNs[row] ?? 0
    const seconds = seq[row] ?? -1
    of(value[row] ?? -1).mints.push({ client: client[row] ?? -1, atNs, expiresNs: seconds < 0 ? Infinity : atNs + seconds * 1e9 })
  }
  return { of, way }
})

export const wayName = (way: number): string => Object.entries(accessWays).find(([, code]) => code === way)?.[0] ?? 'no'
