/**
 * What a virtual user does besides sending: each act chooses its target, is recorded when asked for and when it ended, and gives
 * false when there is nothing to do it to. A refusal is an outcome like any other: the checks judge it.
 */
import { DeadlineError, withDeadline } from '../deadline.ts'
import type { ActResult, Capabilities, CapabilityName } from '../driver.ts'
import { messagesPerClient } from '../../reports/history/kinds.ts'
import type { ChangeKind, ChangeTarget, Ended } from '../recorded-acts.ts'
import { durationMs } from './duration.ts'
import { anyMessage, anyRoom, otherUser, ownMessage, pick, type What } from './targets.ts'
import type { ActVerb } from './verbs.ts'
import type { VirtualUser } from './virtual-user.ts'

export type Parameters = Readonly<Record<string, unknown>>
/** False: nothing to do it to. `able` was asked first, for what the verb needs. */
export type Act = (user: VirtualUser, parameters: Parameters) => Promise<boolean>

const emojis = ['👍', '❤️', '😂', '🎉', '👀']
const actTimeoutMs = 10_000
/** Whoever is excluded must be out on every node first, which may take as long as a node's lease. */
const memberTimeout = { timeout: '30s' }
const whatOf = (parameters: Parameters, fallback: What): What => {
  const what = parameters['what']
  return what === 'own-last' || what === 'last' || what === 'random' ? what : fallback
}

export function able<K extends CapabilityName>(user: VirtualUser, kind: K): Capabilities[K] {
  const capability = user.client.capability(kind)
  if (capability === null) throw new Error(`the driver can't do ${kind}`)
  return capability
}

/** Waits for the answer, records what became of it, and never rejects. */
async function recorded<T>(ended: Ended, parameters: Parameters, what: string, work: () => Promise<ActResult<T>>): Promise<ActResult<T>> {
  const timeoutMs = durationMs(parameters['timeout']) ?? actTimeoutMs
  const result = await withDeadline(Promise.try(work), timeoutMs, () => what, 'act_timeout').catch((error: unknown): ActResult<T> => ({
    kind: 'unknown',
    why: error instanceof DeadlineError ? 'no answer in time' : String(error).slice(0, 80),
  }))
  ended(result)
  return result
}

/** A pause that ends early with the run. */
function pause(user: VirtualUser, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    void user.worker.control.whenEnded.then(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}

/** Bodies begin with the identity of their message: its words find it and few others. Null for a message of nobody of the run. */
function wordsOf(target: ChangeTarget | null): string | null {
  if (target === null || target.message < 0) return null
  return `sd1 ${Math.floor(target.message / messagesPerClient)} ${target.message % messagesPerClient}`
}

/** An act on one message of one room. */
function onMessage(choose: typeof ownMessage, fallback: What, act: (user: VirtualUser, target: ChangeTarget, parameters: Parameters) => Promise<unknown>): Act {
  return async (user, parameters) => {
    const room = anyRoom(user)
    const target = room === null ? null : choose(user, room, whatOf(parameters, fallback))
    if (target === null) return false
    await act(user, target, parameters)
    return true
  }
}

/** An act on one other member of one room. */
function onMember(kind: ChangeKind, act: (user: VirtualUser, room: string, who: string) => Promise<ActResult>): Act {
  return async (user, parameters) => {
    const room = anyRoom(user)
    const who = room === null ? null : otherUser(user, room, typeof parameters['who'] === 'string' ? parameters['who'] : 'random')
    if (room === null || who === null) return false
    await recorded(user.recorder.acts.change(kind, room, null, who), { ...memberTimeout, ...parameters }, `${kind} of ${who}`, () => act(user, room, who))
    return true
  }
}

/** Something that replaces or drops the connection. */
function onDevice(
  kind: 'switchDevice' | 'goOffline' | 'reload',
  act: (user: VirtualUser, parameters: Parameters, timeoutMs: number) => Promise<ActResult>,
): Act {
  return async (user, parameters) => {
    const timeoutMs = durationMs(parameters['timeout']) ?? 30_000
    // The driver's own deadline comes first and says more.
    const patience = { timeout: `${timeoutMs * 2 + (durationMs(parameters['for']) ?? 0)}ms` }
    await recorded(user.recorder.acts.ask(kind, null), patience, kind, () => act(user, parameters, timeoutMs))
    return true
  }
}

export const acts: Readonly<Record<ActVerb, Act>> = {
  edit: onMessage(ownMessage, 'own-last', (user, target, parameters) => {
    if (target.own === null) return Promise.resolve()
    const body = user.recorder.acts.editedBody(target.own, Number(parameters['bodyBytes'] ?? 160))
    return recorded(user.recorder.acts.change('edit', target.room, target, body), parameters, 'edit', () => able(user, 'edit').edit(target, body))
  }),

  delete: onMessage(ownMessage, 'own-last', (user, target, parameters) =>
    recorded(user.recorder.acts.change('delete', target.room, target, null), parameters, 'delete', () => able(user, 'edit').delete(target)),
  ),

  react: onMessage(anyMessage, 'random', (user, target, parameters) => {
    const emoji = typeof parameters['emoji'] === 'string' ? parameters['emoji'] : (pick(emojis, user.random) ?? '👍')
    const remove = parameters['remove'] === true
    const ended = user.recorder.acts.change(remove ? 'unreact' : 'react', target.room, target, emoji)
    return recorded(ended, parameters, 'react', () => able(user, 'edit').react(target, emoji, remove))
  }),

  reply: onMessage(anyMessage, 'random', async (user, target, parameters) => {
    able(user, 'reply')
    user.say(target.room, user.worker.nowNs(), Number(parameters['bodyBytes'] ?? 160), target)
  }),

  async read(user, parameters) {
    const room = anyRoom(user)
    if (room === null) return false
    await recorded(user.recorder.acts.ask('read', room), parameters, 'read', () => able(user, 'receipts').read(room))
    return true
  },

  async typing(user, parameters) {
    const room = anyRoom(user)
    if (room === null) return false
    const say = (typing: boolean): Promise<unknown> =>
      recorded(user.recorder.acts.ask('typing', room), parameters, 'typing', () => able(user, 'presence').typing(room, typing))
    await say(true)
    await pause(user, durationMs(parameters['for']) ?? 1000)
    await say(false)
    return true
  },

  async idle(user, parameters) {
    const say = (state: 'online' | 'idle'): Promise<unknown> =>
      recorded(user.recorder.acts.ask('presence', null), parameters, state, () => able(user, 'presence').set(state))
    await say('idle')
    await pause(user, durationMs(parameters['for']) ?? 5000)
    await say('online')
    return true
  },

  async page(user, parameters) {
    const room = anyRoom(user)
    if (room === null) return false
    const around = parameters['cursor'] === 'around' ? anyMessage(user, room, 'random') : null
    const limit = Number(parameters['limit'] ?? 50)
    let before: number | undefined
    for (let turn = 0; turn < Number(parameters['pages'] ?? 1); turn++) {
      const cursor = turn === 0 && around !== null ? { around: around.seq } : before === undefined ? {} : { before }
      const page = await recorded(user.recorder.acts.ask('page', room), parameters, 'history page', () => able(user, 'history').page(room, cursor, limit))
      if (page.kind !== 'ok') break
      user.recorder.acts.page(room, page, before !== undefined ? 'continues' : around === null ? 'newest' : null)
      before = page.from + 1
      if (!page.hasMore || page.from === 0) break
    }
    return true
  },

  async search(user, parameters) {
    const room = anyRoom(user)
    const query =
      room === null ? null : typeof parameters['query'] === 'string' ? parameters['query'] : wordsOf(anyMessage(user, room, whatOf(parameters, 'random')))
    if (room === null || query === null) return false
    const scope = parameters['everywhere'] === true ? null : room
    const answer = await recorded(user.recorder.acts.ask('search', scope), parameters, 'search', () =>
      able(user, 'search').search(query, scope, Number(parameters['limit'] ?? 20)),
    )
    if (answer.kind === 'ok') user.recorder.acts.search(query, scope, answer.hits)
    return true
  },

  kick: onMember('kick', (user, room, who) => able(user, 'moderation').kick(room, who)),
  ban: async (user, parameters) =>
    onMember(parameters['lift'] === true ? 'unban' : 'ban', (by, room, who) => able(by, 'moderation').ban(room, who, parameters['lift'] !== true))(
      user,
      parameters,
    ),

  async leave(user, parameters) {
    const room = anyRoom(user)
    if (room === null) return false
    const result = await recorded(user.recorder.acts.change('leave', room, null, user.assignment.user), { ...memberTimeout, ...parameters }, 'leave', () =>
      able(user, 'moderation').leave(room),
    )
    if (result.kind === 'ok') user.recorder.gone.add(room)
    return true
  },

  'switch-device': onDevice('switchDevice', async (user, _parameters, timeoutMs) => {
    const to = user.nextDevice()
    if (to === null) return { kind: 'failed', code: 'no_other_device' }
    const result = await able(user, 'devices').switchDevice(to, timeoutMs)
    if (result.kind === 'ok') user.device = to
    return result
  }),
  'go-offline': onDevice('goOffline', (user, parameters, timeoutMs) => able(user, 'devices').goOffline(durationMs(parameters['for']) ?? 5000, timeoutMs)),
  reload: onDevice('reload', (user, _parameters, timeoutMs) => able(user, 'devices').reload(timeoutMs)),
}
