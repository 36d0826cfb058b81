/** A node forgets that somebody is muted as soon as that one wants to say something. */
import type { Mutant } from './mutant.ts'

export const muteNotEnforced: Mutant = {
  name: 'mute-not-enforced',
  breaks: 'who is muted goes on speaking',
  caughtBy: ['access'],
  experiment: 'moderation',
  node: (parts) => ({
    ...parts,
    writePath: {
      append(room, intent) {
        const member = room.membership.get(intent.actorId)
        if (member?.mute) room.membership.set(intent.actorId, { ...member, mute: null })
        return parts.writePath.append(room, intent)
      },
    },
  }),
}
