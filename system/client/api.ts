/** What a program that uses the chat client sees of it. */
import type { PresenceView, Role } from '../protocol.ts'
import type { Downloads } from './downloads.ts'
import type { Observer, Status } from './observer.ts'
import type { Result } from './operations.ts'
import type { ClientParts } from './parts.ts'
import type { Reads } from './reads.ts'
import type { MessageRecord } from './records.ts'
import type { Cancellation } from './sender.ts'
import type { Route } from './route.ts'
import type { ClientSettings } from './settings.ts'
import type { ClientStorage } from './storage.ts'
import type { Left } from './membership.ts'
import type { Uploads } from './uploads.ts'
import type { Verbs } from './verbs.ts'

export interface ChatClientOptions {
  url: string
  /** By default one websocket for all rooms. */
  route?: Route
  /** A token of this user and device. Asked for before every connect, and again before the present one ends. */
  token: () => Promise<string>
  userId: string
  deviceId: string
  /** What survives a reload: `memoryStorage()`, `fileStorage(path)` or `indexedDbStorage(name, indexedDB)`. One client at a time may use it. */
  storage: ClientStorage
  /** Told of everything that happens; a program that only shows messages leaves it out and subscribes. */
  observer?: Observer
  /** `explicit`: messages count as read once `markRead` says so; `automatic`: once they are delivered. */
  reading?: 'automatic' | 'explicit'
  /** 0 <= random() < 1 */
  random: () => number
  /** Milliseconds since the Unix epoch. */
  now: () => number
  parts?: ClientParts
  settings?: Partial<ClientSettings>
}

/** An own message: where it is, and of the `of` others in the room how many have got and read it. */
export interface OwnStatus {
  status: Status
  deliveredTo: number
  readBy: number
  of: number
  /** Present when it failed. `retryable`: `resend` may help. */
  failure?: { code: string; retryable: boolean }
}

/** A room as this client shows it now. */
export interface RoomReading {
  readonly name: string
  /** In the order of the room. A deleted, removed or held message stays, without its body. */
  messages(): MessageRecord[]
  message(messageId: string): MessageRecord | undefined
  /** Users who are typing. */
  typing(): readonly string[]
  /** Highest seq that the user has read, on any device. */
  readSeq(): number
  /** Seq up to which everything is here. */
  appliedSeq(): number
  /** As far as the room has told. */
  role(): Role
  /** False once the user has left or was taken out. */
  member(): boolean
}

/** `elsewhere`: a newer connection of this device has taken over; this client stays away until `connect`. */
export type ConnectionState = 'offline' | 'syncing' | 'online' | 'elsewhere'

export interface ChatClient extends Verbs, Reads, Uploads, Downloads {
  /** Resolves once connected and synced; rejects at the deadline with what it waited for, and then goes on trying until closed. */
  connect(timeoutMs: number): Promise<void>
  /** Goes offline until `connect`; outbox and views stay. */
  disconnect(): void
  /** Drops the connection and connects again; outbox and views stay. */
  reconnect(timeoutMs: number): Promise<void>
  state(): ConnectionState
  /** Tells the node about a fresh token now; otherwise that happens by itself before the present one ends. */
  renewToken: () => Promise<Result<{ expiresAt: number }>>
  /** Resolves once the user is a member and the view of the room is synced. */
  join: (room: string) => Promise<void>
  leave: (room: string) => Promise<Left>
  /** Puts a message into the outbox; its clientMessageId. `replyTo`: server id of the message that it answers; `attachments`: uploadIds of files that are uploaded. */
  send: (room: string, body: string, options?: { replyTo?: string; attachments?: readonly string[] }) => string
  /** Takes a message of the outbox back. One that may have left this device is sent first, and deleted as soon as that is known. */
  cancel: (clientMessageId: string) => Cancellation
  /** Sends a failed message again: the same clientMessageId, a new clientSeq. */
  resend: (clientMessageId: string) => boolean
  /** Undefined for a message that this client knows nothing of. */
  statusOf: (clientMessageId: string) => OwnStatus | undefined
  /** Undefined when this client doesn't follow the room. */
  room: (name: string) => RoomReading | undefined
  rooms: () => string[]
  /** The person has read everything up to `seq`; without it: all that is here. `unknown`: it is told with the next connection. */
  markRead: (room: string, seq?: number) => Promise<Result<{ readSeq: number }>>
  /** What is known of a user's presence without asking. */
  presenceOf: (user: string) => PresenceView
  /** Whether the person is at this device. */
  setPresence: (state: 'online' | 'idle') => Promise<Result>
  setTyping: (room: string, typing: boolean) => Promise<Result>
  /** The room on the person's screen; null: none. */
  focus: (room: string | null) => Promise<Result>
  /** Calls `listener` after changes, several of them at once; the returned function ends that. */
  subscribe: (listener: () => void) => () => void
  /** Why there is work left, or null. */
  pending: () => string | null
  close: () => Promise<void>
}
