/** A send that loses its seq to another node's entry takes the next one without being authorised again, though that entry may have ended the right to send. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Mutant } from './mutant.ts'

/** Widens the race between the look at the membership and the insert. */
const insertDelayMs = 150

export const authorisationNotRepeated: Mutant = {
  name: 'authorisation-not-repeated',
  breaks: 'a message is stored behind the kick or the mute of its sender',
  caughtBy: ['access'],
  experiment: 'moderation',
  node: (parts) => ({
    ...parts,
    log: {
      ...parts.log,
      async insertBatch(entries) {
        const [entry] = entries
        if (entries.length !== 1 || entry?.kind !== 'message') return parts.log.insertBatch(entries)
        await delay(insertDelayMs)
        for (;;) {
          const outcome = await parts.log.insertBatch(entries)
          if (outcome.kind !== 'collision' || outcome.index !== 'room_seq') return outcome
          entry.seq += 1
          entry.rev = entry.seq
        }
      },
    },
  }),
}
