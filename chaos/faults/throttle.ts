import { z } from 'zod'
import type { Toxic } from '../../system/components/toxiproxy-control.ts'
import { durationExpected, durationPattern, parseDuration } from '../duration.ts'
import type { Probe } from '../link-probe.ts'
import { direction, streamsOf } from './direction.ts'
import type { Fault } from './fault.ts'
import { breakLinks } from './link-fault.ts'
import { toxics } from './toxics.ts'

const rate = { error: 'a whole number from 1 to 1000000' }
const latency = `${durationExpected}, at least 10ms and at most 900ms (a probe must tell it from no delay and from silence)`
const parameters = z.strictObject({
  latency: z
    .string({ error: latency })
    .regex(durationPattern, { error: latency })
    .refine((text) => parseDuration(text) >= 10 && parseDuration(text) <= 900, { error: latency })
    .describe('Added to each direction'),
  kilobytesPerSecond: z.int(rate).min(1, rate).max(1_000_000, rate).optional().describe('Bandwidth of each connection and direction'),
  direction,
})

export const throttle: Fault<typeof parameters> = {
  name: 'throttle',
  summary: 'A link is slow: latency and, on request, a limited bandwidth',
  targets: 'links',
  parameters,
  permanentWithoutFor: false,
  inject(target, written, surroundings, signal) {
    const streams = streamsOf(written.direction)
    const latencyMs = parseDuration(written.latency)
    const addedMs = latencyMs * streams.length
    const slow = toxics(
      streams.flatMap((stream): Toxic[] => [
        { name: `throttle-latency-${stream}`, type: 'latency', stream, attributes: { latency: latencyMs, jitter: 0 } },
        ...(written.kilobytesPerSecond === undefined
          ? []
          : [{ name: `throttle-bandwidth-${stream}`, type: 'bandwidth', stream, attributes: { rate: written.kilobytesPerSecond } }]),
      ]),
    )
    return breakLinks(
      {
        ...slow,
        done: 'slowed',
        felt: (before, during) => isSlower(before, during, addedMs),
        healed: (before, after) => after.answered && !isSlower(before, after, addedMs),
      },
      target,
      surroundings,
      signal,
    )
  },
}

/** Judged at half of what was added: a loaded machine moves both probes. No answer within the probe's deadline is slower too. */
function isSlower(before: Probe, during: Probe, addedMs: number): boolean {
  if (!before.answered) return false
  return !during.answered || during.roundTripMs - before.roundTripMs >= addedMs / 2
}
