/** What people try who have no right to it. The chat should refuse all of it, but a join once no ban stands: the checks judge what it accepts. */
import { able, recorded, type Act } from './act.ts'
import { anyRoom, pick, roomOutside } from './targets.ts'
import type { VirtualUser } from './virtual-user.ts'

/** Those that `trespass` and `overreach` choose among: by name, so that this file knows nothing of the others. */
const asOutsider = ['page', 'search', 'react', 'typing'] as const
const asMember = ['edit', 'delete', 'hold', 'kick', 'mute', 'ban', 'appoint'] as const
type Chosen = (typeof asOutsider)[number] | (typeof asMember)[number]

export function outsiderActs(acts: Readonly<Record<Chosen, Act>>): Record<'trespass' | 'overreach' | 'rejoin', Act> {
  return {
    async trespass(user, parameters) {
      const room = roomOutside(user)
      if (room === null) return false
      if (user.random() < 0.5) {
        user.say(room, user.worker.nowNs(), Number(parameters['bodyBytes'] ?? 160))
        return true
      }
      return acts[pick(asOutsider, user.random) ?? 'page'](user, { ...parameters, outside: true })
    },

    async overreach(user, parameters) {
      const room = anyRoom(user)
      if (room === null || able(user, 'view').role(room) !== 'member') return false
      return acts[pick(asMember, user.random) ?? 'kick'](user, { ...parameters, what: 'others' })
    },

    async rejoin(user, parameters) {
      const room = roomOutside(user)
      // A second device hears of the new stay with its next connection only.
      if (room === null || user.returning.has(room) || user.assignment.hasSecondDevice === true) return false
      user.returning.add(room)
      user.recorder.joinInvoked(room)
      await recorded(user.recorder.acts.ask('join', room), { timeout: '20s', ...parameters }, `${user.assignment.user} to join ${room}`, () => join(user, room))
      user.returning.delete(room)
      return true
    },
  }
}

async function join(user: VirtualUser, room: string): Promise<{ kind: 'ok' }> {
  await user.client.join(room)
  return { kind: 'ok' }
}
