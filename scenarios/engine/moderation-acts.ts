/** What moderators do to members and messages. Who may not is refused: an outcome like any other. */
import type { ActResult, Capabilities } from '../driver.ts'
import type { ChangeTarget } from '../recorded-acts.ts'
import { able, maySay, memberTimeout, onMember, onMessage, pause, recorded, type Act, type Parameters } from './act.ts'
import { durationMs } from './duration.ts'
import { anyMessage, anyRoom, otherUser, pick } from './targets.ts'
import type { VirtualUser } from './virtual-user.ts'

type Action = 'hold' | 'release' | 'remove'
const moderate = (user: VirtualUser, action: Action, target: ChangeTarget, parameters: Parameters): Promise<ActResult> =>
  recorded(user.recorder.acts.change(action, target.room, target, null), parameters, action, () => able(user, 'moderation')[action](target))

const setMute = (user: VirtualUser, room: string, who: string, muted: boolean, parameters: Parameters): Promise<ActResult> =>
  recorded(user.recorder.acts.change(muted ? 'mute' : 'unmute', room, null, who), { ...memberTimeout, ...parameters }, `mute of ${who}`, () =>
    able(user, 'moderation').mute(room, who, muted),
  )

export const moderationActs = {
  kick: onMember('kick', (user, room, who) => able(user, 'moderation').kick(room, who)),

  ban: (user, parameters) => {
    const lifts = parameters['lift'] === true
    return onMember(lifts ? 'unban' : 'ban', (by, room, who) => able(by, 'moderation').ban(room, who, !lifts))(user, parameters)
  },

  appoint: onMember('appoint', (user, room, who, parameters) => {
    const role = parameters['role'] === 'member' ? 'member' : 'moderator'
    return able(user, 'moderation').appoint(room, who, role)
  }),

  async mute(user, parameters) {
    const room = anyRoom(user)
    if (room === null || !maySay(user, room, parameters)) return false
    const who = otherUser(user, room, typeof parameters['who'] === 'string' ? parameters['who'] : 'random')
    if (who === null) return false
    const result = await setMute(user, room, who, true, parameters)
    if (result.kind === 'failed') return true
    await pause(user, durationMs(parameters['for']) ?? 2000)
    await setMute(user, room, who, false, parameters)
    return true
  },

  hold: onMessage(anyMessage, 'random', async (user, target, parameters) => {
    const result = await moderate(user, 'hold', target, parameters)
    if (result.kind === 'ok') user.held.push(target)
  }),

  async release(user, parameters) {
    const target = pick(user.held, user.random)
    if (target === undefined) return false
    user.held.splice(user.held.indexOf(target), 1)
    await moderate(user, 'release', target, parameters)
    return true
  },

  remove: onMessage(anyMessage, 'random', (user, target, parameters) => moderate(user, 'remove', target, parameters)),
} satisfies Partial<Record<keyof Capabilities['moderation'] | 'appoint', Act>>
