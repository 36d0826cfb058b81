/** result.json: the one artefact that every renderer reads. Documented in docs/result.md. */
import type { ByNode, Spread } from './evenness.ts'

export const resultVersion = 1

export type Judgement = 'valid' | 'invalid' | 'unknown' | 'not-applicable'
export type Figures = Readonly<Record<string, number | string>>

export interface StoryEvent {
  atMs: number
  text: string
}
/** The few events that prove one violation, in order of time. */
export interface Story {
  title: string
  events: readonly StoryEvent[]
  /** Where the message stopped, in the words of `loci` in checks/locus.ts; null where the check has no locus. */
  locus: string | null
  message: string | null
  node: string | null
  fault: string | null
}
export interface Finding {
  verdict: Judgement
  population: number
  figures: Figures
  evidence: readonly Story[]
  why?: string
}
export interface CheckResult extends Finding {
  name: string
  claim: string
}

/** Milliseconds. */
export interface LatencyFigures {
  count: number
  p50: number
  p90: number
  p99: number
  p999: number
  max: number
}
export interface ThresholdResult {
  text: string
  met: boolean | null
  measured: number | null
  unit: 'ms' | '/s' | ''
}

export interface Result {
  version: typeof resultVersion
  verdict: 'valid' | 'invalid' | 'unknown'
  /** Why no load was played, or null: then nothing of the rest was measured. */
  notPlayed: string | null
  exitCode: number
  reasons: readonly string[]
  experiment: string
  hypothesis: string
  seed: number
  topology: string
  scenario: string
  mutant: string | null
  replay: string
  folder: string
  components: readonly { name: string; source: string; version: string; standIn: string | null }[]
  versions: Readonly<Record<string, string>>
  machine: { platform: string; cpus: number; memoryBytes: number; cpuModel: string }
  startedAt: string
  writtenAt: string
  phases: readonly { name: string; startMs: number; endMs: number }[]
  faults: readonly {
    fault: string
    target: string
    injectedAt: number
    healedAt: number | null
    bit: boolean
    evidence: readonly string[]
    heal: string | null
    divergence: string | null
  }[]
  counts: {
    clients: number
    sessions: number
    sent: number
    acked: number
    failed: number
    unknown: number
    stored: number
    deliveriesOwed: number
    deliveriesApplied: number
    wireDuplicates: number
    redeliveries: number
  }
  latency: {
    ack: LatencyFigures
    deliveryLocal: LatencyFigures
    deliveryRemote: LatencyFigures
    deliverySteady: LatencyFigures
    deliveryImpact: LatencyFigures
  }
  recovery: readonly { fault: string; firstOkMs: number | null; allConnectedMs: number | null; caughtUpMs: number | null }[]
  evenness: {
    connections: ByNode
    sends: ByNode
    deliveries: ByNode
    relayed: ByNode
    spread: { connections: Spread; sends: Spread; deliveries: Spread }
  }
  nodes: readonly { name: string; exits: readonly { atMs: number; code: number | null; signal: string | null; planned: boolean }[] }[]
  thresholds: readonly ThresholdResult[]
  checks: readonly CheckResult[]
}
