/** Status of an own message: where it is, what may happen to it, and what its sender sees. */
import type { Status } from './observer.ts'

export type State = 'queued' | 'sending' | 'sent' | 'delivered' | 'read' | 'failed' | 'cancelled'
/** `undecided`: the attempt ended and another one follows. `refused`: permanently. `accepted`: acked, or the own entry was seen. */
export type Happening = 'emitted' | 'undecided' | 'accepted' | 'refused' | 'delivered' | 'read' | 'cancelled' | 'resent'

const transitions: Readonly<Record<State, Readonly<Partial<Record<Happening, State>>>>> = {
  queued: { emitted: 'sending', accepted: 'sent', refused: 'failed', cancelled: 'cancelled' },
  sending: { undecided: 'queued', accepted: 'sent', refused: 'failed' },
  sent: { delivered: 'delivered' },
  delivered: { read: 'read' },
  read: {},
  // Subtle: a refusal after an attempt of unknown outcome isn't the last word, the earlier attempt may have been stored.
  failed: { accepted: 'sent', resent: 'queued' },
  cancelled: {},
}

/** The state after a happening; the same state when it has no effect there. */
export function stateAfter(state: State, happening: Happening): State {
  return transitions[state][happening] ?? state
}

/** What a person sees: `queued` is overlaid by `offline` without a synced connection, else by `retrying` after an attempt. */
export function shownStatus(state: State, attempts: number, synced: boolean): Status {
  if (state !== 'queued') return state
  if (!synced) return 'offline'
  return attempts > 0 ? 'retrying' : 'queued'
}

/** Delivered to (read by) all of them; with nobody else there it stays sent. */
export function stateOfCount({ of, deliveredTo, readBy }: { of: number; deliveredTo: number; readBy: number }): 'sent' | 'delivered' | 'read' {
  if (of === 0 || deliveredTo < of) return 'sent'
  return readBy < of ? 'delivered' : 'read'
}
