/**
 * All that the load engine knows of a chat. The reference client is one driver (drivers/reference.ts); a driver for
 * another Socket.IO server is one more file and one row in drivers/table.ts.
 */
export interface Identity { user: string; device: string; token: string; url: string }

export type Outcome = { kind: 'ok'; id: string; seq: number; epoch: string; duplicate: boolean } | { kind: 'failed'; code: string } | { kind: 'unknown'; why: string }

/** How an entry came: by live fanout, in a replay after connect, in a range asked for, in a history page. */
export type Way = 'live' | 'sync' | 'range' | 'page'
export type Status = 'queued' | 'sending' | 'retrying' | 'offline' | 'sent' | 'delivered' | 'read' | 'failed' | 'cancelled'

/**
 * What a client saw. `delivery` is called once an arrival and is the hot path: plain arguments, no object a call.
 * `clientMessageId` names own messages; `body` is null for a stub.
 */
export interface Observer {
  connected(node: string, bootId: string): void
  disconnected(reason: string): void
  /** `wire`: arrived; `held`: kept for order; `applied`: accepted into the view and shown. Called at each step, once per step; an arrival that is applied at once is one call with both. */
  delivery(room: string, kind: string, seq: number, rev: number, body: string | null, senderId: string, layerBits: number): void
  attempt(clientMessageId: string, attempt: number, usedId: string): void
  outcome(clientMessageId: string, outcome: Outcome, attempt: number): void
  status(clientMessageId: string, status: Status): void
  syncBegin(room: string, appliedSeq: number, generation: number): void
  syncComplete(room: string, head: number, epoch: string, generation: number): void
  syncReset(room: string, head: number, reason: string, generation: number): void
  heartbeat(room: string, head: number, epoch: string): void
  watermark(room: string, deliveredSeq: number, readSeq: number): void
  receipt(room: string, user: string, deliveredSeq: number, readSeq: number): void
  joined(room: string, seq: number, epoch: string): void
  rangeAsked(room: string, after: number, upTo: number): void
}

/** Abilities beyond send and receive. A check that needs one which is absent is not applicable. */
export interface Capabilities { sync: true; receipts: true; status: true }

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
  /** Resolves once connected and synced; rejects at the deadline, saying what it waited for. */
  connect(identity: Identity, observer: Observer, options: { connectTimeoutMs: number; mutant: string | null }): Promise<DrivenClient>
}
