/** What this node's sockets have been told of other people, and what Redis says now: read after news, and of everybody once a beat, for news can be lost. */
import { currentJoin } from './folds.ts'
import { changesOf, stateOf } from './presence-state.ts'
import { channelOf } from './socket-types.ts'
import type { PresenceState, PresenceView } from '../protocol.ts'
import type { LastSeen } from './last-seen.ts'
import type { PresenceTiming } from './presence-beats.ts'
import type { CrowdKind, PresenceNews, PresenceStore } from './presence-store.ts'
import type { PresenceTeller } from './presence-teller.ts'
import type { RoomLog } from './room-log.ts'

type ServedRoom = Pick<RoomLog, 'roomId' | 'membership'>

export interface PresenceWatchOptions {
  store: PresenceStore
  lastSeen: Pick<LastSeen, 'read'>
  teller: PresenceTeller
  timing: PresenceTiming
  /** Rooms in which this node has sockets. */
  servedRooms: () => ServedRoom[]
  nowMs: () => number
  onError: (error: unknown, during: string) => void
}

const crowdKinds: readonly CrowdKind[] = ['typing', 'here']
/** A newcomer to a larger room asks for whom it shows. */
const snapshotMembers = 100
/** One late answer on a busy machine is no outage. */
const failuresToUnknown = 2

const membersOf = (room: ServedRoom) => [...room.membership.keys()].filter((user) => currentJoin(room.membership, user) !== null)

export class PresenceWatch {
  readonly #options: PresenceWatchOptions
  readonly #told = new Map<string, PresenceView>()
  readonly #crowds: Record<CrowdKind, Map<string, string[]>> = { typing: new Map(), here: new Map() }
  #users = new Set<string>()
  #rooms = new Set<string>()
  #sweepAtMs = 0
  #failures = 0

  constructor(options: PresenceWatchOptions) {
    this.#options = options
  }

  notice(news: Pick<PresenceNews, 'users' | 'rooms'>): void {
    for (const user of news.users) this.#users.add(user)
    for (const room of news.rooms) this.#rooms.add(room)
  }

  /** Rejects without Redis, after telling that nothing is known if that lasts. */
  async round(): Promise<void> {
    const rooms = this.#options.servedRooms()
    // First what the others were told before; what changes now is told to all of them.
    this.#welcome(this.#newcomersIn(rooms))
    try {
      await this.#readAndTell(rooms)
      this.#failures = 0
    } catch (error) {
      this.#sweepAtMs = 0
      if (++this.#failures >= failuresToUnknown) this.#tellUnknown(rooms)
      throw error
    }
  }

  /** Null without Redis. Never rejects. */
  async states(users: readonly string[]): Promise<Map<string, PresenceState> | null> {
    const { store, onError } = this.#options
    for (let attempt = 1; attempt <= 2 && store.isUp(); attempt++) {
      try {
        return await this.#read(users)
      } catch (error) {
        onError(error, 'presence')
      }
    }
    return null
  }

  async viewsOf(states: ReadonlyMap<string, PresenceState>): Promise<Map<string, PresenceView>> {
    const { lastSeen, nowMs, onError } = this.#options
    const absent = [...states].flatMap(([user, state]) => (state === 'offline' || state === 'unknown' ? [user] : []))
    const seen = await lastSeen.read(absent).catch((error: unknown) => {
      onError(error, 'last seen')
      return new Map<string, number>()
    })
    return new Map([...states].map(([user, state]) => [user, { state, lastSeenAt: absent.includes(user) ? (seen.get(user) ?? null) : nowMs() }]))
  }

  async #read(users: readonly string[]): Promise<Map<string, PresenceState>> {
    const { store, timing } = this.#options
    const reading = await store.read(users, timing.ttlMs)
    const times = { nowMs: reading.nowMs, sinceMs: reading.sinceMs, ttlMs: timing.ttlMs, warmMs: 2 * timing.beatMs }
    return new Map(users.map((user) => [user, stateOf(reading.beats.get(user), times)]))
  }

  async #readAndTell(rooms: ServedRoom[]): Promise<void> {
    const { nowMs, timing, teller } = this.#options
    const isSweep = nowMs() >= this.#sweepAtMs
    const watched = isSweep ? new Set(rooms.flatMap(membersOf)) : null
    const users = watched ?? new Set([...this.#users].filter((user) => rooms.some((room) => currentJoin(room.membership, user) !== null)))
    const roomIds = rooms.map((room) => room.roomId)
    const crowded = isSweep ? roomIds : roomIds.filter((room) => this.#rooms.has(room) || crowdKinds.some((kind) => this.#crowds[kind].has(room)))
    const [noticedUsers, noticedRooms] = [this.#users, this.#rooms]
    this.#users = new Set()
    this.#rooms = new Set()
    try {
      if (users.size > 0) {
        const changes = changesOf(new Map([...this.#told].map(([user, view]) => [user, view.state])), await this.#read([...users]))
        const views = changes.size === 0 ? new Map<string, PresenceView>() : await this.viewsOf(changes)
        for (const [user, view] of views) this.#told.set(user, view)
        teller.changed(rooms, views)
      }
      if (crowded.length > 0) await this.#readCrowds(rooms, crowded)
    } catch (error) {
      this.notice({ users: [...noticedUsers], rooms: [...noticedRooms] })
      throw error
    }
    if (watched === null) return
    for (const user of this.#told.keys()) if (!watched.has(user)) this.#told.delete(user)
    this.#sweepAtMs = nowMs() + timing.beatMs
  }

  async #readCrowds(rooms: readonly ServedRoom[], roomIds: readonly string[]): Promise<void> {
    const { store, timing } = this.#options
    for (const kind of crowdKinds) {
      const found = await store.crowds(kind, roomIds, kind === 'typing' ? timing.typingTtlMs : timing.ttlMs)
      for (const room of rooms) {
        const users = found.get(room.roomId)
        if (users !== undefined)
          this.#tellCrowd(
            kind,
            room.roomId,
            users.filter((user) => currentJoin(room.membership, user) !== null),
          )
      }
    }
  }

  #tellCrowd(kind: CrowdKind, room: string, users: string[]): void {
    if (users.join('|') === (this.#crowds[kind].get(room) ?? []).join('|')) return
    if (users.length === 0) this.#crowds[kind].delete(room)
    else this.#crowds[kind].set(room, users)
    this.#options.teller.crowd(kind, room, users)
  }

  #tellUnknown(rooms: readonly ServedRoom[]): void {
    const views = new Map(
      [...this.#told].flatMap(([user, { state, lastSeenAt }]) => (state === 'unknown' ? [] : [[user, { state: 'unknown', lastSeenAt } as const]])),
    )
    for (const [user, view] of views) this.#told.set(user, view)
    this.#options.teller.changed(rooms, views)
    for (const kind of crowdKinds) for (const room of this.#crowds[kind].keys()) this.#tellCrowd(kind, room, [])
  }

  /** The rooms that each newcomer came into; the others in them are read with this round if they haven't been told of yet. */
  #newcomersIn(rooms: readonly ServedRoom[]): Map<string, ServedRoom[]> {
    const byChannel = new Map(rooms.map((room) => [channelOf(room.roomId), room]))
    const newcomers = new Map<string, ServedRoom[]>()
    for (const [id, channels] of this.#options.teller.takeNewcomers())
      newcomers.set(
        id,
        [...channels].flatMap((channel) => byChannel.get(channel) ?? []),
      )
    for (const room of new Set([...newcomers.values()].flat())) for (const user of room.membership.keys()) if (!this.#told.has(user)) this.#users.add(user)
    return newcomers
  }

  #welcome(newcomers: ReadonlyMap<string, readonly ServedRoom[]>): void {
    for (const [id, rooms] of newcomers) {
      const users = rooms.filter((room) => room.membership.size <= snapshotMembers).flatMap(membersOf)
      this.#options.teller.snapshot(id, new Map([...new Set(users)].flatMap((user) => (this.#told.has(user) ? [[user, this.#told.get(user) ?? unseen]] : []))))
      for (const { roomId, membership } of rooms)
        for (const kind of crowdKinds) {
          // Who has left since the others were told is no business of the newcomer.
          const crowd = this.#crowds[kind].get(roomId)?.filter((user) => currentJoin(membership, user) !== null) ?? []
          if (crowd.length > 0) this.#options.teller.crowd(kind, roomId, crowd, id)
        }
    }
  }
}

const unseen: PresenceView = { state: 'unknown', lastSeenAt: null }
