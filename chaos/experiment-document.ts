/** An experiment as a user writes it in YAML. Every `error` text here is the end of a sentence that begins with "expected". */
import { z } from 'zod'
import { accessWays } from '../system/protocol.ts'
import { durationExpected, durationPattern } from './duration.ts'
import { faults } from './faults/table.ts'

const text = (about: string) => z.string({ error: about }).trim().min(1, { error: about })
const whole = (minimum: number, maximum: number) => {
  const error = `a whole number from ${minimum} to ${maximum}`
  return z.int({ error }).min(minimum, { error }).max(maximum, { error })
}
const choice = <const Values extends readonly [string, ...string[]]>(values: Values) => z.enum(values, { error: `one of ${values.join(', ')}` })
const duration = z.string({ error: durationExpected }).regex(durationPattern, { error: durationExpected })
const mapping = <Shape extends z.ZodRawShape>(shape: Shape, about: string) => z.strictObject(shape, { error: about })

export const faultPhases = ['warmup', 'steady', 'impact'] as const

const trigger = mapping(
  {
    phase: choice(faultPhases).optional().describe('The phase in which the fault begins'),
    after: duration.optional().describe('How long after the beginning of the phase (default 0s)'),
    event: choice(['acked']).optional().describe('What is counted instead of time'),
    count: whole(1, 1_000_000_000).optional().describe('The fault begins with the Nth such event'),
    room: text('the name of a room').optional().describe('Count events of this room only'),
  },
  'a mapping such as { phase: impact, after: 1s } or { event: acked, count: 500 }',
)

const selectors = {
  link: text('a link or a pattern such as node-*->redis').optional().describe('Links by name; * stands for any run of characters'),
  node: text('the name of a node, random or most-sockets').optional().describe('A node or the scanner by name, random (a node by the seed) or most-sockets'),
  cohort: text('the name of a cohort').optional().describe('The link by which a cohort reaches the balancer'),
}
const faultShape = Object.fromEntries(
  faults.map((fault) => {
    const target = fault.targets === 'nodes' ? { node: selectors.node } : selectors
    return [
      fault.name,
      mapping({ ...target, ...fault.parameters.shape }, `a mapping such as { ${fault.targets === 'nodes' ? 'node: random' : 'link: "node-*->redis"'} }`)
        .optional()
        .describe(fault.summary),
    ]
  }),
)
const faultRow = mapping(
  { ...faultShape, at: trigger, for: duration.optional().describe('How long it lasts; without it, to the end of the impact phase') },
  'a mapping such as { cut: { link: "node-*->redis" }, at: { phase: impact }, for: 8s }',
)

export const experimentDocument = mapping(
  {
    name: text('a short name').regex(/^[a-z0-9][a-z0-9-]{0,62}$/, { error: 'lower-case letters, digits and hyphens, at most 63' }),
    hypothesis: text('one sentence that the run can refute'),
    topology: text('the name of a topology'),
    scenario: text('the name of a scenario or the path of an Artillery script'),
    seed: whole(0, 2 ** 31 - 1).default(1),
    phases: mapping(
      { warmup: duration, steady: duration, impact: duration, recovery: duration, settle: duration.describe('A deadline, not a sleep') },
      'a mapping with warmup, steady, impact, recovery and settle',
    ),
    faults: z.array(faultRow, { error: 'a list of faults (or nothing)' }).max(100, { error: 'at most 100 faults' }).default([]),
    guarantees: mapping(
      {
        ack: choice(['majority', 'memory']),
        delivery: choice(['every-member', 'best-effort']),
        order: choice(['room', 'sender', 'none']),
        recovery: duration.default('10s').describe('Deadline for everyone to have caught up after the heal'),
        progress: whole(1, 100_000).optional().describe('Sends that each client gets acked during each fault'),
      },
      'a mapping with ack, delivery and order',
    ),
    thresholds: z.array(text('a threshold such as delivery.p99 < 250ms during steady'), { error: 'a list of thresholds (or nothing)' }).default([]),
    load: mapping(
      {
        rooms: whole(1, 100_000).optional(),
        membersPerRoom: whole(1, 100_000).optional(),
        messagesPerSecondPerRoom: z
          .number({ error: 'a number above 0, at most 100000' })
          .gt(0, { error: 'a number above 0, at most 100000' })
          .max(100_000, { error: 'a number above 0, at most 100000' })
          .optional(),
        bodyBytes: whole(64, 8192).optional(),
      },
      'a mapping with any of rooms, membersPerRoom, messagesPerSecondPerRoom, bodyBytes',
    ).default({}),
    files: mapping(
      {
        access: choice(accessWays)
          .default('signed')
          .describe('How files are fetched: by whoever knows the address, by a short-lived signed one, or through a node'),
      },
      'a mapping such as { access: proxy }',
    ).default({ access: 'signed' }),
  },
  'a mapping that begins with name, hypothesis, topology and scenario',
)
export type ExperimentDocument = z.output<typeof experimentDocument>
