/** Answers a send with a guessed seq; the commit follows. A node that dies in between has promised what nobody stored. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Mutant } from './mutant.ts'

/** Widens the race, so that a kill falls into it. */
const commitDelayMs = 400

export const ackBeforeCommit: Mutant = {
  name: 'ack-before-commit',
  breaks: 'a send is acked before it is stored',
  caughtBy: ['acked-is-stored', 'sequence'],
  experiment: 'node-kill',
  node(parts) {
    /** Acked and not committed yet, by room. */
    const owed = new Map<string, number>()
    return {
      ...parts,
      writePath: {
        async append(room, intent) {
          if (intent.kind !== 'message') return parts.writePath.append(room, intent)
          const ahead = (owed.get(room.roomId) ?? 0) + 1
          owed.set(room.roomId, ahead)
          void delay(commitDelayMs)
            .then(() => parts.writePath.append(room, intent))
            .finally(() => owed.set(room.roomId, (owed.get(room.roomId) ?? 1) - 1))
          return { ok: true, id: intent.id, seq: room.head + ahead, epoch: room.epoch, duplicate: false }
        },
      },
    }
  },
}
