/** trace.json: the faults as they happened and every exit of a node. */
import { z } from 'zod'

const milliseconds = z.number()

export const trace = z.object({
  faults: z.array(
    z.object({
      fault: z.string(),
      target: z.string(),
      injectedAtMs: milliseconds,
      healedAtMs: milliseconds.nullable(),
      bit: z.boolean(),
      evidence: z.array(z.string()),
      heal: z.string().nullable(),
      divergence: z.string().nullable(),
      permanent: z.boolean(),
    }),
  ),
  nodes: z.array(
    z.object({
      name: z.string(),
      exits: z.array(z.object({ atMs: milliseconds, code: z.int().nullable(), signal: z.string().nullable(), planned: z.boolean(), boot: z.int().min(0) })),
    }),
  ),
})
export type Trace = z.infer<typeof trace>
