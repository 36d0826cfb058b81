/**
 * All that the load engine knows of a chat. The reference client is one driver (drivers/reference.ts); a driver for
 * another Socket.IO server is one more file and one row in drivers/table.ts.
 */
import type { Observer, Outcome, Status } from '../system/client/observer.ts'

export interface Identity {
  user: string
  device: string
  token: string
  url: string
}

export type { Observer, Outcome, Status }

/** Abilities beyond send and receive. A check that needs one which is absent is not applicable. */
export interface Capabilities {
  sync: true
  receipts: true
  status: true
}

export interface DrivenClient extends AsyncDisposable {
  join(room: string): Promise<void>
  /** Puts the message into the outbox and returns its clientMessageId at once; what becomes of it is told to the observer. */
  send(room: string, body: string): string
  /** Drops the connection and connects again (the outbox and the views stay). */
  reconnect(): Promise<void>
  /** Why the client has work left (outbox, gap, not synced), or null. */
  pending(): string | null
}

export interface Driver {
  name: string
  capabilities: readonly (keyof Capabilities)[]
  /** Resolves once connected and synced; rejects at the deadline, saying what it waited for. `seed`: the client's own stream of chance; without one it follows from the device. */
  connect(identity: Identity, observer: Observer, options: { connectTimeoutMs: number; mutant: string | null; seed?: number }): Promise<DrivenClient>
}
