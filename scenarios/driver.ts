/**
 * All that the load engine knows of a chat. The reference client is one driver (drivers/reference.ts); a driver for
 * another Socket.IO server is one more file and one row in drivers/table.ts.
 */
import type { FileRequest } from '../system/client/file-transfer.ts'
import type { Observer, Outcome, RecordContent, Status } from '../system/client/observer.ts'
import type { Route } from '../system/client/route.ts'
import type { OutgoingFile, UploadStep } from '../system/client/uploads.ts'
import type { AccessWay, PresenceView, RetentionRequest, Role } from '../system/protocol.ts'

export interface Identity {
  user: string
  device: string
  token: string
  url: string
  /** By default one websocket for all rooms. A driver that can't go that way refuses to connect. */
  route?: Route
}

export type { FileRequest, Observer, OutgoingFile, Outcome, RecordContent, Status, UploadStep }

/** What became of an act. `ok`: done, `seq` where it made an entry of the log; `failed`: definitely not done; `unknown`: may be done, now or later. */
export type ActResult<T = object> = ({ kind: 'ok'; seq?: number } & T) | { kind: 'failed'; code: string } | { kind: 'unknown'; why: string }

/** A message as the chat names it. */
export interface MessageTarget {
  room: string
  id: string
}

/** A message as a client shows it now. */
export interface ShownMessage extends MessageTarget {
  seq: number
  /** Seq of the last entry that changed it; its own seq when none did. */
  rev: number
  senderId: string
  record: RecordContent
}

export interface EditCapability {
  edit(target: MessageTarget, body: string): Promise<ActResult>
  delete(target: MessageTarget): Promise<ActResult>
  react(target: MessageTarget, emoji: string, remove: boolean): Promise<ActResult>
}

/** What the client shows of a room at this moment. */
export interface ViewCapability {
  /** At most `limit` messages, the newest last. Deleted, removed and held ones are left out. */
  messages(room: string, limit: number): readonly ShownMessage[]
  /** That of the person, as far as the room has told. */
  role(room: string): Role
}

export interface ReceiptsCapability {
  /** The person has read everything up to `seq`; without it: all that is applied. */
  read(room: string, seq?: number): Promise<ActResult>
}

export interface PresenceCapability {
  set(state: 'online' | 'idle'): Promise<ActResult>
  typing(room: string, typing: boolean): Promise<ActResult>
  /** The room on the person's screen; null: none. */
  focus(room: string | null): Promise<ActResult>
  get(users: readonly string[]): Promise<ActResult<{ users: Readonly<Record<string, PresenceView>> }>>
}

export type PageCursor = { before?: number } | { after: number } | { around: number }

export interface HistoryCapability {
  /** `from < seq <= to` is the window; `hasMore`: readable seqs lie below it. Messages in seq order. */
  page(room: string, cursor: PageCursor, limit: number): Promise<ActResult<{ from: number; to: number; hasMore: boolean; messages: readonly ShownMessage[] }>>
}

export interface SearchCapability {
  /** `room` null: all rooms of the caller. Newest first. */
  search(query: string, room: string | null, limit: number): Promise<ActResult<{ hits: readonly ShownMessage[] }>>
}

export interface ModerationCapability {
  /** `ok` once no node can relay to them any more. */
  kick(room: string, user: string): Promise<ActResult>
  ban(room: string, user: string, banned: boolean): Promise<ActResult>
  mute(room: string, user: string, muted: boolean): Promise<ActResult>
  appoint(room: string, user: string, role: Role): Promise<ActResult>
  hold(target: MessageTarget): Promise<ActResult>
  release(target: MessageTarget): Promise<ActResult>
  remove(target: MessageTarget): Promise<ActResult>
  leave(room: string): Promise<ActResult>
}

export interface RetentionCapability {
  /** What the room keeps from now on, and whether a hold suspends that; `ok` once no purge goes on that was decided before. */
  set(room: string, policy: RetentionRequest['policy'], legalHold: boolean): Promise<ActResult>
}

/** A token of the person for a device that nothing else uses. */
export interface VisitToken {
  device: string
  token: string
}

/** Each but `visit` resolves once the client is connected and synced again; `unknown` when it isn't in time. Both new clients are told by `ClientObserver.replaced`. */
export interface DevicesCapability {
  /** The person goes on with another device, a client of its own with empty views, as soon as the outbox of this one is empty. */
  switchDevice(to: { device: string; token: string }, timeoutMs: number): Promise<ActResult>
  goOffline(forMs: number, timeoutMs: number): Promise<ActResult>
  /** The page is loaded anew: only the storage survives. */
  reload(timeoutMs: number): Promise<ActResult>
  /** Takes nothing from the network for a time, while the connection stands. */
  stopReading(forMs: number, timeoutMs: number): Promise<ActResult>
  /** Connects with that token beside the client, and asks for something of a member of the room `askAfterMs` later. `ok`: it was answered. */
  visit(as: VisitToken, room: string, askAfterMs: number): Promise<ActResult>
}

/** Where a file may be fetched. `expiresAt`: milliseconds since the Unix epoch, null when it doesn't. */
export type FileAddress = FileRequest & { access: AccessWay; expiresAt: number | null }

export interface FilesCapability {
  /** `ok` once a message may carry it; `told` hears of each step as it ends. */
  upload(room: string, file: OutgoingFile, told: (step: UploadStep) => void): Promise<ActResult<{ uploadId: string }>>
  address(room: string, uploadId: string): Promise<ActResult<FileAddress>>
}

/**
 * Abilities beyond joining and sending. A check or a verb that needs one which is absent is not applicable.
 * Those that are `true` have nothing to call: `sync` replays by seq, `status` tells of own messages, `reply` takes `replyTo` in a send.
 */
export interface Capabilities {
  sync: true
  status: true
  reply: true
  edit: EditCapability
  view: ViewCapability
  receipts: ReceiptsCapability
  presence: PresenceCapability
  history: HistoryCapability
  search: SearchCapability
  moderation: ModerationCapability
  retention: RetentionCapability
  devices: DevicesCapability
  /** Also: `send` takes `attachments`. */
  files: FilesCapability
}
export type CapabilityName = keyof Capabilities

export interface DrivenClient extends AsyncDisposable {
  join(room: string): Promise<void>
  /** Puts the message into the outbox and returns its clientMessageId at once; what becomes of it is told to the observer. `replyTo`: id of the message that it answers; `attachments`: uploadIds. */
  send(room: string, body: string, options?: { replyTo?: string; attachments?: readonly string[] }): string
  /** Drops the connection and connects again (the outbox and the views stay). */
  reconnect(): Promise<void>
  /** Why the client has work left (outbox, gap, not synced), or null. */
  pending(): string | null
  /** The same object for as long as the client lives; null for each one that the driver doesn't list. */
  capability<K extends CapabilityName>(kind: K): Capabilities[K] | null
}

export interface ClientObserver extends Observer {
  /** From here on a new client of the same person speaks: on another device, or on the same one loaded anew. */
  replaced?(device: string, isOther: boolean): void
}

export interface Driver {
  name: string
  capabilities: readonly CapabilityName[]
  /** Resolves once connected and synced; rejects at the deadline, saying what it waited for. `seed`: the client's own stream of chance; without one it follows from the device. */
  connect(identity: Identity, observer: ClientObserver, options: { connectTimeoutMs: number; mutant: string | null; seed?: number }): Promise<DrivenClient>
}
