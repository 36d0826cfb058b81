/** Connections are counted up and down; what a killed node doesn't count down stays for ever. */
import type { Mutant } from './mutant.ts'

const dayMs = 86_400_000

export const presenceCounterWithoutTtl: Mutant = {
  name: 'presence-counter-without-ttl',
  breaks: 'whose node was killed is shown as online for ever',
  caughtBy: ['presence'],
  experiment: 'going-home',
  showsAfterMs: 20_000,
  node: (parts) => ({
    ...parts,
    presence: {
      ...parts.presence,
      beat: (connections) => parts.presence.beat(connections, dayMs),
      async read(users, ttlMs) {
        const reading = await parts.presence.read(users, ttlMs)
        const counted = (lastMs: number) => (lastMs > 0 ? reading.nowMs : 0)
        const beats = [...reading.beats].map(([user, { anyMs, activeMs }]) => [user, { anyMs: counted(anyMs), activeMs: counted(activeMs) }] as const)
        return { ...reading, beats: new Map(beats) }
      },
    },
  }),
}
