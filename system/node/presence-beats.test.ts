import { expect, test } from 'vitest'
import { PresenceBeats } from './presence-beats.ts'
import type { GoneConnection, Mark, PresenceConnection, PresenceNews, PresenceStore } from './presence-store.ts'

const timing = { ttlMs: 10_000, beatMs: 3000, typingTtlMs: 5000, coalesceMs: 500 }

/** What would have reached Redis, and a switch that takes Redis away. */
function started() {
  const sent = {
    beats: [] as PresenceConnection[][],
    gone: [] as GoneConnection[][],
    marks: [] as Mark[],
    news: [] as PresenceNews[],
    seen: [] as string[],
    stored: [] as number[],
    removed: [] as string[],
    unsure: [] as (number | string)[],
  }
  const state = { isAway: false, nowMs: 1000, isFirst: false }
  const run = <T>(work: () => T): Promise<T> => (state.isAway ? Promise.reject(new Error('no Redis')) : Promise.resolve(work()))
  const store: PresenceStore = {
    beat: (connections) =>
      run(() => {
        sent.beats.push([...connections])
        return state.isFirst
      }),
    remove: (connections) => run(() => void sent.gone.push([...connections])),
    mark: (marks) => run(() => void sent.marks.push(...marks)),
    publish: (news) => run(() => void sent.news.push(news)),
    read: () => run(() => ({ nowMs: 0, sinceMs: 0, beats: new Map() })),
    crowds: () => run(() => new Map()),
    onNews() {},
    isUp: () => !state.isAway,
    close() {},
  }
  const beats = new PresenceBeats({
    store,
    lastSeen: { saw: (user) => void sent.seen.push(user) },
    timing,
    nowMs: () => state.nowMs,
    onBeat: (connections, isSure) => void (isSure ? sent.stored : sent.unsure).push(connections.length),
    onGone: (connections, isSure) => void (isSure ? sent.removed : sent.unsure).push(...connections.map(({ user, number }) => `${user}#${number}`)),
  })
  const lastBeat = () => sent.beats.at(-1)?.map(({ token }) => token)
  return { beats, sent, state, lastBeat }
}

test('between beats only what changed is written, and one piece of news tells of all of it', async () => {
  const { beats, sent, state, lastBeat } = started()
  beats.connected('s1', 'ann', 'd1')
  beats.connected('s2', 'bob', 'd1')
  await beats.write()
  expect(lastBeat()).toEqual(['d1:s1', 'd1:s2'])
  beats.setIdle('s2', true)
  beats.setIdle('s2', true)
  await beats.write()
  expect(sent.beats.at(-1)).toEqual([{ user: 'bob', token: 'd1:s2', idle: true, focus: null }])
  await beats.write()
  expect(sent.beats).toHaveLength(2)
  state.nowMs += timing.beatMs
  await beats.write()
  expect(sent.stored).toEqual([2, 1, 2])
  expect(lastBeat()).toEqual(['d1:s1', 'd1:s2'])
  expect(sent.news).toEqual([
    { users: ['ann', 'bob'], rooms: [], beatAgain: false },
    { users: ['bob'], rooms: [], beatAgain: false },
  ])
})

test("a connection that goes takes its own token, its typing and its open room, and no other connection's", async () => {
  const { beats, sent, state } = started()
  beats.connected('old', 'ann', 'd1')
  beats.typing('old', 'r1', true)
  beats.focus('old', 'r2')
  await beats.write()
  beats.connected('new', 'ann', 'd1')
  beats.disconnected('old')
  await beats.write()
  // The newer one may still be on its way to Redis from another node.
  expect(sent.gone).toEqual([])
  state.nowMs += 1000
  beats.disconnected('old')
  await beats.write()
  expect(sent.gone).toEqual([[{ user: 'ann', token: 'd1:old', rooms: ['r1', 'r2'] }]])
  expect(sent.removed).toEqual(['ann#1'])
  expect(sent.marks).toMatchObject([{ kind: 'typing', room: 'r1', token: 'd1:old', on: true }])
  await beats.write()
  expect(sent.gone).toHaveLength(1)
})

test('what Redis missed is written when it is back: every connection, who went, and the news', async () => {
  const { beats, sent, state, lastBeat } = started()
  beats.connected('s1', 'ann', 'd1')
  beats.connected('s2', 'bob', 'd1')
  await beats.write()
  state.isAway = true
  beats.disconnected('s2')
  state.nowMs += 3000
  await expect(beats.write()).rejects.toThrow('no Redis')
  expect(sent.stored).toEqual([2])
  expect(sent.unsure).toEqual([1])
  state.isAway = false
  await beats.write()
  expect(lastBeat()).toEqual(['d1:s1'])
  expect(sent.gone).toMatchObject([[{ token: 'd1:s2' }]])
  expect(sent.news.at(-1)).toEqual({ users: ['bob'], rooms: [], beatAgain: false })
})

test('who went longer than the TTL ago needs no removal any more', async () => {
  const { beats, sent, state } = started()
  beats.connected('s1', 'ann', 'd1')
  state.isAway = true
  beats.disconnected('s1')
  beats.connected('s2', 'bob', 'd1')
  await expect(beats.write()).rejects.toThrow('no Redis')
  state.isAway = false
  state.nowMs += timing.ttlMs
  await beats.write()
  expect(sent.gone).toEqual([])
})

test('who finds Redis empty asks all nodes to beat again', async () => {
  const { beats, sent, state, lastBeat } = started()
  state.isFirst = true
  beats.connected('s1', 'ann', 'd1')
  await beats.write()
  expect(sent.news).toEqual([{ users: ['ann'], rooms: [], beatAgain: true }])
  state.isFirst = false
  beats.beatAgain()
  await beats.write()
  expect(sent.beats).toHaveLength(2)
  expect(lastBeat()).toEqual(['d1:s1'])
})
