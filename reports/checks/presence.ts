/**
 * Rule: a beat of a connection counts from when Redis took it (the nodes' journals tell) for the TTL, or until the connection is taken back.
 * - Nobody is shown offline while a beat of that user was fresh over the whole bound (2 s) before it was shown.
 * - Nobody is shown online or idle when no beat was fresh during that time and one sweep (3 s); and nobody stays so on a screen for longer than sweep and
 *   bound after the last beat ended.
 * - In the end all present observers show the same of everybody, and what is true; and nobody as there of whom every client left for good 21 s before, as
 *   the clients tell it, whatever a node goes on to beat for.
 * Excused: whatever is shown from a fault's start until its heal + TTL + one beat + bound, because beats and news are lost then and `unknown` is the right
 * answer; what a client that leaves still shows; beats and removals of which Redis did not say whether it took them.
 * Population: states shown that could be judged, and pairs of observer and user in the end. Not applicable where nobody was shown any.
 * Unknown: when the journals tell of no beat, or nothing could be judged.
 * Can't see: typing, which clients tell and nothing records as true; the difference between online and idle; what is shown within bound of somebody's coming,
 * or within bound and sweep of the end of a last beat, because news may take that long.
 */
import type { History } from '../history/history.ts'
import { presences } from '../history/codes.ts'
import { timers } from '../../system/protocol.ts'
import { beatsOf, boundMs, disturbedOf, lateRowNs, type Beats } from './beats.ts'
import type { Check } from './check.ts'
import { conclude, exampleLimit, notApplicable } from './finding.ts'
import { expectedOf, syncedAt } from './present.ts'
import { quiescenceOf } from './quiescence.ts'
import { followSights, type Sight } from './sights.ts'
import { clientName, tell } from './story.ts'

const nsPerMs = 1e6
/** By then a node has noticed that a connection is gone (3 s between pings and 3 s for the answer), and what it had stored has expired: all of it, to be safe. */
const goneMs = 6_000 + timers.presenceTtlMs + timers.presenceBeatMs + boundMs
/** Each node reads everybody again once a beat. */
const sweepMs = timers.presenceBeatMs

type Wrong = 'falselyOffline' | 'falselyOnline' | 'staysOnline' | 'apart'
interface Found {
  what: Wrong
  rows: readonly number[]
  title: string
}

export const presence: Check = {
  name: 'presence',
  claim: 'nobody was shown offline while there, or there while gone, and everybody was shown the same in the end',
  needs: ['presence'],
  examine(history) {
    if (history.rowsOf('presenceShown').length === 0) return notApplicable('nobody was shown where others are')
    const beats = beatsOf(history)
    const shown = judgeShown(history, beats)
    const stale = judgeStale(history, beats)
    const end = judgeEnd(history, beats)
    const found = [...shown.found, ...stale.found, ...end.found]
    const count = (what: Wrong): number => found.filter((one) => one.what === what).length
    return conclude({
      population: shown.judged + stale.judged + end.judged,
      violations: found.length,
      figures: {
        shown: shown.judged,
        disturbed: shown.disturbed,
        ends: stale.judged,
        inTheEnd: end.judged,
        falselyOffline: count('falselyOffline'),
        falselyOnline: count('falselyOnline'),
        staysOnline: count('staysOnline'),
        apart: count('apart'),
      },
      evidence: found.slice(0, exampleLimit).map(({ title, rows }) => tell(history, { title, message: null, rows })),
      doubt: beats.beats === 0 ? 'no journal tells of a beat' : null,
    })
  },
}

const isDisturbed = (history: History, fromNs: number, toNs: number): boolean => disturbedOf(history).some((one) => one.fromNs <= toNs && fromNs <= one.toNs)

const isThere = (state: number): boolean => state === presences.online || state === presences.idle

function judgeShown(history: History, beats: Beats): { judged: number; disturbed: number; found: Found[] } {
  const { client, rev, value, tNs } = history.columns
  const result: { judged: number; disturbed: number; found: Found[] } = { judged: 0, disturbed: 0, found: [] }
  for (const row of history.rowsOf('presenceShown')) {
    const [atNs, state, user] = [tNs[row] ?? 0, value[row] ?? -1, history.names[rev[row] ?? -1] ?? '']
    if (state === presences.unknown) continue
    const fromNs = atNs - (boundMs + (isThere(state) ? sweepMs : 0)) * nsPerMs
    if (isDisturbed(history, fromNs, atNs)) {
      result.disturbed++
      continue
    }
    result.judged++
    const who = clientName(history, client[row] ?? -1)
    if (state === presences.offline && beats.isFreshThroughout(user, fromNs, atNs))
      result.found.push({ what: 'falselyOffline', rows: [row], title: `${who} is shown ${user} as offline, whose beats were fresh all the time` })
    if (isThere(state) && beats.isGoneThroughout(user, fromNs, atNs))
      result.found.push({ what: 'falselyOnline', rows: [row], title: `${who} is shown ${user} as there, of whom no beat was fresh` })
  }
  return result
}

/** Who still shows somebody as there when the last beat has been over for sweep and bound. */
function judgeStale(history: History, beats: Beats): { judged: number; found: Found[] } {
  const graceNs = (sweepMs + boundMs) * nsPerMs
  const endNs = quiescenceOf(history).atNs
  const moments: { user: string; atNs: number }[] = []
  for (const [user, stretches] of beats.of) {
    for (const [index, { toNs }] of stretches.entries()) {
      const atNs = toNs + graceNs
      const next = stretches[index + 1]?.fromNs ?? Infinity
      if (atNs < Math.min(next, endNs) && !isDisturbed(history, toNs, atNs)) moments.push({ user, atNs })
    }
  }
  const found: Found[] = []
  const judged = followSights(history, moments, ({ user }, sights) => {
    for (const { client, row, state } of sights)
      if (isThere(state))
        found.push({
          what: 'staysOnline',
          rows: [row],
          title: `${clientName(history, client)} still shows ${user} as there ${(graceNs / 1e9).toFixed(0)} s after the last beat ended`,
        })
  })
  return { judged, found }
}

/** Present observers in the end: the truth where it is plain, and the same for all of them. */
function judgeEnd(history: History, beats: Beats): { judged: number; found: Found[] } {
  const { atNs: settledNs, doubt } = quiescenceOf(history)
  // Soon after it the nodes close and take everybody back: rows of that must not cast doubt on the end.
  const atNs = settledNs - lateRowNs
  const fromNs = atNs - (sweepMs + boundMs) * nsPerMs
  if (Number.isNaN(atNs) || doubt !== null || isDisturbed(history, atNs, atNs)) return { judged: 0, found: [] }
  const expected = expectedOf(history)
  const synced = syncedAt(history, atNs)
  const leftNs = leftForGood(history)
  const found: Found[] = []
  let judged = 0
  const moments = [...new Set(history.clients.map(({ user }) => user))].map((user) => ({ user, atNs }))
  followSights(history, moments, ({ user }, all) => {
    const sights = all.filter(({ client }) => expected[client] === 1 && synced[client] === 1)
    const hasLeft = (leftNs.get(user) ?? Infinity) + goneMs * nsPerMs < atNs
    const [isFresh, isGone] = [!hasLeft && beats.isFreshThroughout(user, fromNs, atNs), hasLeft || beats.isGoneThroughout(user, fromNs, atNs)]
    if (!isFresh && !isGone) return
    judged += sights.length
    const wrong = sights.find(({ state }) => isThere(state) !== isFresh || (isFresh && state === presences.unknown))
    if (wrong === undefined) return
    found.push({
      what: 'apart',
      rows: rowsOf(wrong, sights),
      title: `${clientName(history, wrong.client)} shows ${user} wrongly in the end: ${isFresh ? 'its beats are fresh' : hasLeft ? 'it has left for good' : 'no beat of it is'}`,
    })
  })
  return { judged, found }
}

/** By user: when the last of its clients left, where the run expects none of them any more. */
function leftForGood(history: History): Map<string, number> {
  const { client, tNs } = history.columns
  const expected = expectedOf(history)
  const last = new Float64Array(history.clients.length)
  for (const kind of ['expected', 'connect', 'disconnect'])
    for (const row of history.rowsOf(kind)) last[client[row] ?? -1] = Math.max(last[client[row] ?? -1] ?? 0, tNs[row] ?? 0)
  const left = new Map<string, number>()
  for (const [own, { user }] of history.clients.entries())
    left.set(user, Math.max(left.get(user) ?? 0, expected[own] === 1 ? Infinity : (last[own] ?? Infinity)))
  return left
}

/** The wrong sight, and one that differs from it. */
function rowsOf(wrong: Sight, sights: readonly Sight[]): number[] {
  const other = sights.find((one) => one.state !== wrong.state)
  return [wrong.row, ...(other === undefined ? [] : [other.row])].sort((a, b) => a - b)
}
