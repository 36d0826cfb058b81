/** Presence as a pure decision: from the beats that Redis holds to the state that everybody is told. */
import type { PresenceState } from '../protocol.ts'

/** Last beats of a user by Redis's clock, in milliseconds since the Unix epoch; 0: none. */
export interface Beats {
  anyMs: number
  /** Of the connections that are not idle. */
  activeMs: number
}
export interface PresenceTimes {
  /** Now, by Redis's clock. */
  nowMs: number
  /** Since when Redis has held beats without a break; 0: it holds none. */
  sinceMs: number
  ttlMs: number
  /** Within this time of `sinceMs` every live node has beaten. */
  warmMs: number
}

/**
 * Subtle: right after Redis lost its data, or got its first beat, a missing beat says nothing: its node may not have beaten again yet.
 * Such a user is unknown until every node has had its turn.
 */
export function stateOf(beats: Beats | undefined, { nowMs, sinceMs, ttlMs, warmMs }: PresenceTimes): PresenceState {
  const freshFromMs = nowMs - ttlMs
  if (beats !== undefined && beats.activeMs > freshFromMs) return 'online'
  if (beats !== undefined && beats.anyMs > freshFromMs) return 'idle'
  return sinceMs === 0 || nowMs - sinceMs < warmMs ? 'unknown' : 'offline'
}

/** What differs from what was told; a user of whom nothing is known and nothing was told is no news. */
export function changesOf(told: ReadonlyMap<string, PresenceState>, now: ReadonlyMap<string, PresenceState>): Map<string, PresenceState> {
  return new Map([...now].filter(([user, state]) => state !== (told.get(user) ?? 'unknown')))
}
