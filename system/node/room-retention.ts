/** What the document of a room says about how long its messages are kept. */
import type { RetentionRequest } from '../protocol.ts'

export interface RetentionSetting {
  policy: RetentionRequest['policy']
  /** No purge begins while it is true. */
  legalHold: boolean
}
/** One purge of the window `after < seq <= upTo`, from its claim until it is done; whoever sweeps next goes on with it. */
export interface RetentionRun {
  /** The operationId of the entry that purges, too. */
  id: string
  after: number
  upTo: number
  policy: RetentionSetting['policy']
  /** Decided while no hold stood and the policy was this one: from then on it ends, whatever is set later. */
  decided?: true
}
/** Part of the document of a room. */
export interface RoomRetention {
  retention?: RetentionSetting
  retentionRun?: RetentionRun
  /** Nothing at or below it is left to purge. */
  purgedThrough?: number
}
