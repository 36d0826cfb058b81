/** A mutator does to the record of a sound run what a broken chat would have done. */
import type { Draft } from './draft.ts'
import type { Victim } from './victims.ts'

/** One way in which a mutator works. */
export interface Way {
  does: string
  /** Checks that must name each planted mutation. */
  must: readonly string[]
  /** Checks that may rightly name it as well. */
  may?: readonly string[]
  /** Changes the draft; returns the messages that a story of it may name, besides the victim's own. */
  plant(draft: Draft, victim: Victim): readonly number[]
}

export interface Mutator {
  name: string
  /** Planted in turn. */
  ways: readonly Way[]
}
