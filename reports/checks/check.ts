/** What a check is. A check is pure and synchronous, and its memory is bounded by messages x clients bits, never by objects a delivery. */
import type { History } from '../history/history.ts'
import type { Finding } from '../result.ts'

/** What the experiment promises; it decides which checks are required, allowed or reported. */
export interface Guarantees {
  ack: 'majority' | 'memory'
  delivery: 'every-member' | 'best-effort'
  order: 'room' | 'sender' | 'none'
  recoveryMs: number
  /** Sends that each client gets acked during each fault, as far as it wanted so many then; absent: not promised. */
  progress?: number | undefined
}

export interface Check {
  name: string
  /** One sentence, true when the check is valid. */
  claim: string
  /** Driver capabilities without which it is not applicable. */
  needs?: readonly string[]
  examine(history: History, guarantees: Guarantees): Finding
}
