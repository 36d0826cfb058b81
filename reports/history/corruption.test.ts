import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert, constantFrom, double, integer, oneof, property, record } from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import type { Result } from '../result.ts'
import { verifyRun } from '../verify.ts'
import { HistoryError } from './history-error.ts'
import { syntheticHistory } from './synthetic.ts'
import { temporaryFolder } from './test-run.ts'
import { writeHistoryAsRun } from './write-run.ts'

const root = temporaryFolder()
afterAll(() => {
  rmSync(root, { recursive: true })
})

function makeRun(name: string, messages = 60): string {
  const folder = join(root, name)
  mkdirSync(folder)
  const history = syntheticHistory({ rooms: 2, clients: 6, messages })
  writeHistoryAsRun(folder, { ...history, capabilities: [...history.capabilities, 'status'] })
  return folder
}

const sound = makeRun('sound')
const stranger = makeRun('stranger', 40)
const files = readdirSync(sound, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(arrow|rows|json)$/.test(name) && name !== 'plan.json')
  .toSorted()
const original = new Map(files.map((name) => [name, readFileSync(join(sound, name))]))

/** What a verdict makes of the folder: the result, or the one error. */
function judged(folder: string): Result | HistoryError {
  try {
    return verifyRun(folder, { writtenAt: 'now' })
  } catch (error) {
    if (error instanceof HistoryError) return error
    throw error
  }
}

/** Unknown with a reason that names the file, or one error that does. */
function expectDoubt(outcome: Result | HistoryError, file: string): void {
  const short = file.split('/').at(-1)!
  if (outcome instanceof HistoryError) {
    expect(outcome.message).toContain(short)
    expect(outcome.message).not.toMatch(/\n\s+at /)
    return
  }
  expect(outcome).toMatchObject({ verdict: 'unknown', exitCode: 3 })
  const passed = outcome.checks.filter((check) => check.name !== 'population' && (check.verdict === 'valid' || check.verdict === 'invalid'))
  expect(passed).toEqual([])
  // A sum that was damaged accuses the file that it belongs to.
  expect(outcome.reasons.join('\n')).toMatch(short === 'checksums.json' ? /damaged|corrupt|missing/ : short)
}

type Corruption =
  | { how: 'cut'; file: string; at: number }
  | { how: 'remove' | 'strange'; file: string; at: number }
  | { how: 'flip'; file: string; at: number; bit: number }
  | { how: 'fill'; file: string; at: number; bytes: number; byte: number }
const at = double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const corruption = oneof(
  { weight: 6, arbitrary: record({ how: constantFrom('flip' as const), file: constantFrom(...files), at, bit: integer({ min: 0, max: 7 }) }) },
  {
    weight: 3,
    arbitrary: record({
      how: constantFrom('fill' as const),
      file: constantFrom(...files),
      at,
      bytes: integer({ min: 1, max: 64 }),
      byte: integer({ min: 0, max: 255 }),
    }),
  },
  { weight: 4, arbitrary: record({ how: constantFrom('cut' as const), file: constantFrom(...files), at }) },
  { weight: 1, arbitrary: record({ how: constantFrom('remove' as const, 'strange' as const), file: constantFrom(...files), at }) },
)

/** Blanks between its words are no part of what checksums.json says. */
function isSame(file: string, before: Buffer, after: Buffer): boolean {
  if (before.equals(after)) return true
  if (file !== 'checksums.json') return false
  try {
    return JSON.stringify(JSON.parse(before.toString())) === JSON.stringify(JSON.parse(after.toString()))
  } catch {
    return false
  }
}

/** Null: the file is gone. */
function corrupted(bytes: Buffer, how: Corruption): Buffer | null {
  const place = Math.floor(how.at * bytes.length)
  if (how.how === 'remove') return null
  if (how.how === 'strange') return readFileSync(join(stranger, how.file))
  if (how.how === 'cut') return bytes.subarray(0, place)
  const copy = Buffer.from(bytes)
  if (how.how === 'fill') copy.fill(how.byte, place, Math.min(place + how.bytes, copy.length))
  else if (how.how === 'flip') copy[place]! ^= 1 << how.bit
  return copy
}

test('the run is valid before anything is done to it', () => {
  expect(judged(sound)).toMatchObject({ verdict: 'valid', exitCode: 0 })
})

test('1,000 random corruptions: unknown, or one error that names the file; never a pass, a violation or a crash', () => {
  const seen = { result: 0, error: 0 }
  assert(
    property(corruption, (one) => {
      const before = original.get(one.file)!
      const after = corrupted(before, one)
      if (after !== null && isSame(one.file, before, after)) return
      if (after === null) rmSync(join(sound, one.file))
      else writeFileSync(join(sound, one.file), after)
      try {
        const outcome = judged(sound)
        seen[outcome instanceof HistoryError ? 'error' : 'result']++
        expectDoubt(outcome, one.file)
      } finally {
        writeFileSync(join(sound, one.file), before)
      }
    }),
    { numRuns: 1000, seed: 20_261_124 },
  )
  expect(seen.result + seen.error).toBeGreaterThan(900)
}, 120_000)

test('the place of the damage is told', () => {
  const folder = join(root, 'place')
  cpSync(sound, folder, { recursive: true })
  const path = join(folder, 'history', 'load-1.rows.arrow')
  const bytes = readFileSync(path)
  bytes[bytes.length - 40]! ^= 1
  writeFileSync(path, bytes)
  const outcome = judged(folder) as Result
  expect(outcome.reasons.join('\n')).toMatch(/load-1\.rows\.arrow is corrupt at byte \d+: bytes \d+ to \d+ are not those that were written/)
})

describe('a killed harness, whose files have no checksums', () => {
  function killed(name: string): string {
    const folder = join(root, name)
    cpSync(sound, folder, { recursive: true })
    rmSync(join(folder, 'checksums.json'))
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as object
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, closed: false, checksums: false, writers: [] }))
    return folder
  }

  test('is unknown, and so is whatever else is done to it', () => {
    const folder = killed('killed')
    const rows = files.filter((name) => name.endsWith('.arrow') || name.endsWith('.rows'))
    expect(judged(folder)).toMatchObject({ verdict: 'unknown', reasons: ['the run was ended before its end was recorded'] })
    assert(
      property(corruption, (one) => {
        const file = rows[files.indexOf(one.file) % rows.length]!
        const before = original.get(file)!
        const after = corrupted(before, { ...one, file })
        if (after !== null) writeFileSync(join(folder, file), after)
        const outcome = judged(folder)
        writeFileSync(join(folder, file), before)
        if (!(outcome instanceof HistoryError)) expect(outcome.verdict).toBe('unknown')
      }),
      { numRuns: 300, seed: 20_261_124 },
    )
  }, 120_000)
})

describe('a record that is whole and yet not to be trusted', () => {
  test('a writer whose clock steps back', () => {
    const folder = join(root, 'clock')
    mkdirSync(folder)
    const history = syntheticHistory({ rooms: 2, clients: 6, messages: 400 })
    const tNs = history.columns.tNs.map((atNs, row) => (row > history.columns.length / 2 ? atNs - 300e6 : atNs))
    writeHistoryAsRun(folder, { ...history, columns: { ...history.columns, tNs } })
    const outcome = judged(folder) as Result
    expect(outcome).toMatchObject({ verdict: 'unknown' })
    expect(outcome.reasons.join('\n')).toMatch(/the clock of load-1 went back: row \d+ is of [\d.]+ s, after one of [\d.]+ s/)
  })

  test('a writer that the run does not name', () => {
    const folder = join(root, 'one-more')
    cpSync(sound, folder, { recursive: true })
    for (const part of ['rows', 'names']) cpSync(join(stranger, 'history', `load-1.${part}.arrow`), join(folder, 'history', `load-9.${part}.arrow`))
    expectDoubt(judged(folder), 'load-9.rows.arrow')
  })

  test('a run without a single row', () => {
    const folder = join(root, 'empty')
    mkdirSync(folder)
    const history = syntheticHistory({ rooms: 1, clients: 1, messages: 0 })
    writeHistoryAsRun(folder, { ...history, columns: { ...history.columns, length: 0 } })
    expect(judged(folder)).toMatchObject({ verdict: 'unknown', exitCode: 3 })
  })
})
