/**
 * What a virtual user does besides sending: each act chooses its target, is recorded when asked for and when it ended, and gives
 * false when there is nothing to do it to. A refusal is an outcome like any other: the checks judge it.
 */
import { messagesPerClient } from '../../reports/history/kinds.ts'
import type { ActResult } from '../driver.ts'
import type { ChangeTarget } from '../recorded-acts.ts'
import { able, memberTimeout, onMessage, pause, recorded, whatOf, type Act, type Parameters } from './act.ts'
import { durationMs } from './duration.ts'
import { fileActs } from './file-acts.ts'
import { moderationActs } from './moderation-acts.ts'
import { outsiderActs } from './outsider-acts.ts'
import { anyMessage, anyRoom, ownMessage, pick, roomFor } from './targets.ts'
import type { ActVerb } from './verbs.ts'
import type { VirtualUser } from './virtual-user.ts'

const emojis = ['👍', '❤️', '😂', '🎉', '👀']

/** Bodies begin with the identity of their message: its words find it and few others. Null for a message of nobody of the run. */
function wordsOf(target: ChangeTarget | null): string | null {
  if (target === null || target.message < 0) return null
  return `sd1 ${Math.floor(target.message / messagesPerClient)} ${target.message % messagesPerClient}`
}

/** Something that replaces or drops the connection. */
function onDevice(
  kind: 'switchDevice' | 'goOffline' | 'reload',
  act: (user: VirtualUser, parameters: Parameters, timeoutMs: number) => Promise<ActResult>,
): Act {
  return async (user, parameters) => {
    if (user.moving) return false
    user.moving = true
    const timeoutMs = durationMs(parameters['timeout']) ?? 30_000
    // The driver's own deadline comes first and says more.
    const patience = { timeout: `${timeoutMs * 2 + (durationMs(parameters['for']) ?? 0)}ms` }
    await recorded(user.recorder.acts.ask(kind, null), patience, kind, () => act(user, parameters, timeoutMs))
    user.moving = false
    return true
  }
}

function changeBody(user: VirtualUser, target: ChangeTarget, parameters: Parameters): Promise<unknown> {
  const body = user.recorder.acts.editedBody(target, Number(parameters['bodyBytes'] ?? 160))
  if (body === null) return Promise.resolve()
  return recorded(user.recorder.acts.change('edit', target.room, target, body), parameters, 'edit', () => able(user, 'edit').edit(target, body))
}

const plainActs = {
  edit: onMessage(ownMessage, 'own-last', (user, target, parameters) => {
    return changeBody(user, target, parameters)
  }),

  delete: onMessage(ownMessage, 'own-last', async (user, target, parameters) => {
    if (parameters['edited'] === true) await changeBody(user, target, parameters)
    const result = await recorded(user.recorder.acts.change('delete', target.room, target, null), parameters, 'delete', () => able(user, 'edit').delete(target))
    if (result.kind === 'ok') user.deleted.push(target)
  }),

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
    const room = roomFor(user, parameters)
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
    const room = roomFor(user, parameters)
    if (room === null) return false
    const around = parameters['cursor'] === 'around' ? anyMessage(user, room, 'random') : null
    const limit = Number(parameters['limit'] ?? 50)
    const traversal = user.recorder.acts.traversal()
    let before: number | undefined
    for (let turn = 0; turn < Number(parameters['pages'] ?? 1); turn++) {
      const cursor = turn === 0 && around !== null ? { around: around.seq } : before === undefined ? {} : { before }
      const page = await recorded(user.recorder.acts.ask('page', room), parameters, 'history page', () => able(user, 'history').page(room, cursor, limit))
      if (page.kind !== 'ok') break
      user.recorder.acts.page(room, page, before !== undefined ? 'continues' : around === null ? 'newest' : null, traversal)
      before = page.from + 1
      if (!page.hasMore || page.from === 0) break
    }
    return true
  },

  async search(user, parameters) {
    const deleted = parameters['what'] === 'deleted' ? (pick(user.deleted, user.random) ?? null) : undefined
    const room = deleted === undefined ? roomFor(user, parameters) : (deleted?.room ?? null)
    if (room === null) return false
    const query = typeof parameters['query'] === 'string' ? parameters['query'] : wordsOf(deleted ?? anyMessage(user, room, whatOf(parameters, 'random')))
    if (query === null) return false
    const scope = parameters['everywhere'] === true ? null : room
    const limit = Number(parameters['limit'] ?? 20)
    const answer = await recorded(user.recorder.acts.ask('search', scope), parameters, 'search', () => able(user, 'search').search(query, scope, limit))
    if (answer.kind === 'ok') user.recorder.acts.search(query, scope, answer.hits, limit)
    return true
  },

  ...moderationActs,
  ...fileActs,

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
    return able(user, 'devices').switchDevice(to, timeoutMs)
  }),
  'go-offline': onDevice('goOffline', (user, parameters, timeoutMs) => able(user, 'devices').goOffline(durationMs(parameters['for']) ?? 5000, timeoutMs)),
  reload: onDevice('reload', (user, _parameters, timeoutMs) => able(user, 'devices').reload(timeoutMs)),
} satisfies Partial<Record<ActVerb, Act>>

export const acts: Readonly<Record<ActVerb, Act>> = { ...plainActs, ...outsiderActs(plainActs) }
