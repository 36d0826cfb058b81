/** manifest.json: what was run, by whom, and what the record must contain. Written at the start and again as facts arrive. */
import { z } from 'zod'
import { accessWays, phases } from './codes.ts'

const count = z.int().min(0)
const milliseconds = z.number().min(0)
const phaseName = z.enum(Object.keys(phases) as [keyof typeof phases, ...(keyof typeof phases)[]])
const accessWay = z.enum(Object.keys(accessWays) as [keyof typeof accessWays, ...(keyof typeof accessWays)[]])
const client = z.object({ number: count, user: z.string(), device: z.string(), cohort: z.string(), role: z.string(), rooms: z.array(z.string()) })

export const manifest = z.object({
  version: z.literal(1),
  runId: z.string().min(1),
  /** True once every writer has closed its files: the harness finished. */
  closed: z.boolean(),
  /** True when checksums.json was written at the close. */
  checksums: z.boolean().default(false),
  experiment: z.object({
    name: z.string(),
    hypothesis: z.string(),
    topology: z.string(),
    scenario: z.string(),
    guarantees: z.object({
      ack: z.enum(['majority', 'memory']),
      delivery: z.enum(['every-member', 'best-effort']),
      order: z.enum(['room', 'sender', 'none']),
      recoveryMs: milliseconds,
      progress: count.optional(),
    }),
    thresholds: z.array(z.string()),
    /** Planned lengths. */
    phases: z.looseObject({}),
  }),
  seed: z.number(),
  mutant: z.string().nullable(),
  /** CLOCK_MONOTONIC at the start of the run, in decimal. */
  originNs: z.string().regex(/^\d+$/, 'a decimal number of nanoseconds'),
  startedAt: z.string(),
  components: z.array(z.object({ name: z.string(), source: z.string(), version: z.string(), standIn: z.string().nullable() })),
  versions: z.record(z.string(), z.string()),
  machine: z.object({ platform: z.string(), cpus: count, memoryBytes: z.number(), cpuModel: z.string() }),
  capabilities: z.array(z.string()),
  clients: z.array(client),
  /** Rows of each writer's two files at close; empty until then. */
  writers: z.array(z.object({ writer: z.string(), rows: count, names: count })),
  nodes: z.array(z.object({ name: z.string(), boots: count })),
  /** Processes of the cluster that keep a journal and serve no clients. */
  workers: z.array(z.object({ name: z.string(), boots: count })).default([]),
  /** How the nodes were told to give files out; null: none were shared. */
  fileAccess: accessWay.nullable().default(null),
  plannedKills: z.array(z.object({ node: z.string(), boot: count })),
  /** As they were: milliseconds since the start of the run. */
  phases: z.array(z.object({ name: phaseName, startMs: milliseconds, endMs: milliseconds })),
  settleMs: milliseconds,
  quiescenceMs: milliseconds,
  replay: z.string(),
  /** The violation at which the run was ended, before it came to settle; null when it went to its end. */
  endedEarly: z.string().nullable().default(null),
  /** What the harness itself found wrong with the record. */
  problems: z.array(z.string()).default([]),
  /** Steps of the script that a client could not do, as a join that was refused or never answered: less was asked of the chat than the script says. */
  failedSteps: z.array(z.string()).default([]),
  /** Why no load was played: the clients could not connect. */
  notPlayed: z.string().nullable().default(null),
})
export type Manifest = z.infer<typeof manifest>
