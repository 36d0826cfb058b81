import { z } from 'zod'
import { direction, streamsOf } from './direction.ts'
import type { Fault } from './fault.ts'
import { livePeers } from '../live-connections.ts'
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
 * Subtle: when a toxic is removed that holds data for a far end which has closed meanwhile (a client that reconnected, a balancer
 * that took the node for down), Toxiproxy 2.12 waits 5 s for every chunk and answers no question about its proxies until then.
 * Such a link is made anew: what it held for connections that are gone is lost with them. Peers are compared, not counted,
 * because a client that reconnects during the stall leaves the count as it was.
 */
function releasing(held: Pick<LinkBreak, 'strike' | 'undo' | 'endsConnections'>): Pick<LinkBreak, 'strike' | 'undo' | 'endsConnections'> {
  const atStrike = new Map<string, ReadonlySet<string> | null>()
  return {
    ...held,
    async strike(link, toxiproxy) {
      atStrike.set(link.name, await livePeers(link.port))
      await held.strike(link, toxiproxy)
    },
    async undo(link, toxiproxy) {
      const before = atStrike.get(link.name) ?? null
      const now = await livePeers(link.port)
      if (before === null || now === null || !before.isSubsetOf(now)) await toxiproxy.recreate(link.name)
      else await held.undo(link, toxiproxy)
    },
  }
}
