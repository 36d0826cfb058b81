import { z } from 'zod'
import { direction, streamsOf } from './direction.ts'
import type { Fault } from './fault.ts'
import { breakLinks } from './link-fault.ts'
import { toxics } from './toxics.ts'

/** Longer than any run. What is held goes through on the same connection when the toxic is removed. */
const heldMs = 3_600_000
const parameters = z.strictObject({ direction })

export const stall: Fault<typeof parameters> = {
  name: 'stall',
  summary: 'A link holds everything in one or both directions, then lets it through: held answers lose acks without losing sends',
  targets: 'links',
  parameters,
  permanentWithoutFor: false,
  inject(target, { direction: chosen }, surroundings, signal) {
    const held = toxics(streamsOf(chosen).map((stream) => ({ name: `stall-${stream}`, type: 'latency', stream, attributes: { latency: heldMs, jitter: 0 } })))
    return breakLinks({ ...held, done: 'held', felt: (_before, during) => !during.answered, healed: (_before, after) => after.answered }, target, surroundings, signal)
  },
}
