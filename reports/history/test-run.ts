/** Folders of small runs for tests. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { journalRowBytes, type JournalStage, journalStages, journalVersion } from '../../system/journal-rows.ts'
import type { Manifest } from './manifest.ts'
import type { Trace } from './trace.ts'

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'shakedown-history-'))
}

export function smallManifest(over: Partial<Manifest> = {}): Manifest {
  return {
    version: 1,
    runId: 'sd-1',
    closed: true,
    checksums: false,
    experiment: {
      name: 'steady',
      hypothesis: 'nothing happens',
      topology: 'adapter-classic',
      scenario: 'steady-chat',
      guarantees: { ack: 'majority', delivery: 'every-member', order: 'room', recoveryMs: 5000 },
      thresholds: [],
      phases: {},
    },
    seed: 7,
    mutant: null,
    originNs: '1',
    startedAt: '2026-11-24T00:00:00.000Z',
    components: [],
    versions: {},
    machine: { platform: 'linux', cpus: 2, memoryBytes: 1, cpuModel: 'x' },
    capabilities: ['audit'],
    clients: [{ number: 0, user: 'alice', device: 'laptop', cohort: 'office', role: 'member', rooms: ['room-a'] }],
    writers: [],
    workers: [],
    fileAccess: null,
    nodes: [],
    plannedKills: [],
    phases: [{ name: 'steady', startMs: 0, endMs: 10 }],
    settleMs: 1000,
    quiescenceMs: 100,
    replay: 'npx shakedown run steady --seed 7',
    endedEarly: null,
    problems: [],
    failedSteps: [],
    notPlayed: null,
    ...over,
  }
}

export function writeRun(folder: string, manifest: Manifest, trace: Trace = { faults: [], nodes: [] }): void {
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest))
  writeFileSync(join(folder, 'trace.json'), JSON.stringify(trace))
}

export interface JournalLine {
  stage: JournalStage
  tNs: number
  room?: number
  seq?: number
  count?: number
  extra?: number
  operationId?: string
  text?: string
}

/** A journal by hand: the node's name row and header first, then the lines; `text` makes a name row of id `extra`. */
export function journalBytes(node: string, boot: number, lines: readonly JournalLine[]): Buffer {
  const all: JournalLine[] = [{ stage: 'name', tNs: 0, extra: 0, text: node }, { stage: 'header', tNs: 0, room: 0, seq: boot, count: journalVersion }, ...lines]
  return Buffer.concat(
    all.map((line) => {
      const text = Buffer.from(line.text ?? '')
      const bytes = Buffer.alloc(journalRowBytes * (1 + Math.ceil(text.length / journalRowBytes)))
      bytes.writeBigInt64LE(BigInt(line.tNs), 0)
      bytes.writeUInt8(journalStages[line.stage], 8)
      bytes.writeInt32LE(line.room ?? -1, 12)
      bytes.writeInt32LE(line.seq ?? -1, 16)
      bytes.writeInt32LE(line.text === undefined ? (line.count ?? 0) : text.length, 20)
      bytes.writeInt32LE(line.extra ?? 0, 24)
      bytes.write((line.operationId ?? '').replaceAll('-', ''), 32, 16, 'hex')
      text.copy(bytes, journalRowBytes)
      return bytes
    }),
  )
}

export function writeJournal(folder: string, name: string, bytes: Uint8Array): void {
  mkdirSync(join(folder, 'journals'), { recursive: true })
  writeFileSync(join(folder, 'journals', name), bytes)
}
