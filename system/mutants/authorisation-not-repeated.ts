/** A send that loses its seq to another node's entry takes the next one without being authorised again, though that entry may have ended the right to send. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Mutant } from './mutant.ts'

/** Widens the race between the look at the membership and the insert. */
const insertDelayMs = 1000

export const authorisationNotRepeated: Mutant = {
  name: 'authorisation-not-repeated',
  breaks: 'a message is stored behind the kick of its sender',
  caughtBy: ['access'],
  experiment: 'moderation',
  node: (parts) => ({
    ...parts,
    log: {
      ...parts.log,
      async insertBatch(entries) {
        if (entries.some(({ kind }) => kind !== 'message')) return parts.log.insertBatch(entries)
        await delay(insertDelayMs)
        for (let stored = 0; ;) {
          const rest = entries.slice(stored)
          const outcome = await parts.log.insertBatch(rest)
          if (outcome.kind !== 'collision') return outcome
          stored += outcome.stored
          if (outcome.index !== 'room_seq') return { ...outcome, stored }
          for (const entry of entries.slice(stored)) entry.rev = entry.seq += 1
        }
      },
    },
  }),
}
