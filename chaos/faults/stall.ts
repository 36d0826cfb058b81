import { z } from 'zod'
import { direction, streamsOf } from './direction.ts'
import type { Fault } from './fault.ts'
import { liveConnections } from '../live-connections.ts'
import { breakLinks, type LinkBreak } from './link-fault.ts'
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
    return breakLinks(
      { ...releasing(held), done: 'held', felt: (_before, during) => !during.answered, healed: (_before, after) => after.answered },
      target,
      surroundings,
      signal,
    )
  },
}

/**
 * Subtle: Toxiproxy 2.12 hangs for good, with all its proxies, when a toxic is removed that holds data of a connection whose
 * far end has closed meanwhile (a balancer that took the node for down, say). Such a link is made anew: what it held for
 * connections that are gone is lost with them.
 */
function releasing(held: Pick<LinkBreak, 'strike' | 'undo' | 'endsConnections'>): Pick<LinkBreak, 'strike' | 'undo' | 'endsConnections'> {
  const liveAtStrike = new Map<string, number | null>()
  return {
    ...held,
    async strike(link, toxiproxy) {
      liveAtStrike.set(link.name, await liveConnections(link.port))
      await held.strike(link, toxiproxy)
    },
    async undo(link, toxiproxy) {
      const before = liveAtStrike.get(link.name) ?? null
      const now = await liveConnections(link.port)
      if (before === null || now === null || now < before) await toxiproxy.recreate(link.name)
      else await held.undo(link, toxiproxy)
    },
  }
}
