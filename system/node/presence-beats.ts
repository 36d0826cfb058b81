/** This node's own connections, and what Redis has yet to hear of them. Nothing here waits: it is gathered, and written by the next round. */
import type { LastSeen } from './last-seen.ts'
import type { GoneConnection, Mark, PresenceConnection, PresenceStore } from './presence-store.ts'

export interface PresenceTiming {
  ttlMs: number
  beatMs: number
  typingTtlMs: number
  /** How often what was gathered is written. */
  coalesceMs: number
}
export interface PresenceBeatsOptions {
  store: PresenceStore
  lastSeen: Pick<LastSeen, 'saw'>
  timing: PresenceTiming
  nowMs: () => number
  /** Redis took a beat of each of these; not `isSure`: it may have, but didn't answer. */
  onBeat: (connections: readonly BeatenConnection[], isSure: boolean) => void
  /** Redis has taken these back; not `isSure`: as above. */
  onGone: (connections: readonly NumberedConnection[], isSure: boolean) => void
}
export interface NumberedConnection {
  user: string
  /** Names the connection on this node, from 1. */
  number: number
}
export interface BeatenConnection extends NumberedConnection {
  idle: boolean
}
interface Own extends PresenceConnection, NumberedConnection {
  typingIn: Set<string>
}
interface Gone extends GoneConnection, NumberedConnection {}

/**
 * Rounds that a connection which went stays noted: when a device comes again on another node, that node's beat must be there first,
 * or the person would be offline in between.
 */
const roundsToLeave = 2
/** Beats between two notes of who is there in `users`: what a killed node can lose of last seen. */
const beatsToSeen = 10

export class PresenceBeats {
  readonly #store: PresenceBeatsOptions['store']
  readonly #lastSeen: PresenceBeatsOptions['lastSeen']
  readonly #timing: PresenceTiming
  readonly #nowMs: () => number
  readonly #onBeat: PresenceBeatsOptions['onBeat']
  readonly #onGone: PresenceBeatsOptions['onGone']
  readonly #own = new Map<string, Own>()
  readonly #changed = new Set<Own>()
  #gone: { connection: Gone; fromMs: number; untilMs: number }[] = []
  #marks: Mark[] = []
  #users = new Set<string>()
  #rooms = new Set<string>()
  #beatAtMs = 0
  #beats = 0
  #connections = 0

  constructor({ store, lastSeen, timing, nowMs, onBeat, onGone }: PresenceBeatsOptions) {
    this.#store = store
    this.#lastSeen = lastSeen
    this.#timing = timing
    this.#nowMs = nowMs
    this.#onBeat = onBeat
    this.#onGone = onGone
  }

  connected(id: string, user: string, device: string): void {
    const own = { user, number: ++this.#connections, token: `${device}:${id}`, idle: false, focus: null, typingIn: new Set<string>() }
    this.#own.set(id, own)
    this.#lastSeen.saw(user, this.#nowMs())
    this.#touch(own)
  }

  disconnected(id: string): void {
    const own = this.#own.get(id)
    if (own === undefined) return
    this.#own.delete(id)
    this.#changed.delete(own)
    const rooms = [...new Set([...own.typingIn, ...(own.focus === null ? [] : [own.focus])])]
    const nowMs = this.#nowMs()
    // What Redis still holds after the TTL is no longer counted anyway.
    this.#gone.push({
      connection: { user: own.user, number: own.number, token: own.token, rooms },
      fromMs: nowMs + roundsToLeave * this.#timing.coalesceMs,
      untilMs: nowMs + this.#timing.ttlMs,
    })
    this.#marks = this.#marks.filter((mark) => mark.token !== own.token)
    this.#lastSeen.saw(own.user, nowMs)
  }

  setIdle(id: string, idle: boolean): void {
    const own = this.#own.get(id)
    if (own === undefined || own.idle === idle) return
    own.idle = idle
    this.#touch(own)
  }

  focus(id: string, room: string | null): void {
    const own = this.#own.get(id)
    if (own === undefined || own.focus === room) return
    if (own.focus !== null) {
      this.#marks.push({ kind: 'here', room: own.focus, user: own.user, token: own.token, on: false })
      this.#rooms.add(own.focus)
    }
    own.focus = room
    if (room !== null) this.#rooms.add(room)
    this.#touch(own)
  }

  typing(id: string, room: string, on: boolean): void {
    const own = this.#own.get(id)
    if (own === undefined || (!on && !own.typingIn.has(room))) return
    if (on) own.typingIn.add(room)
    else own.typingIn.delete(room)
    this.#marks.push({ kind: 'typing', room, user: own.user, token: own.token, on })
    this.#rooms.add(room)
  }

  /** Redis has lost what it held: all connections are told with the next round. */
  beatAgain(): void {
    this.#beatAtMs = 0
  }

  /** Rejects without Redis; what was gathered is then told later. `isLast`: who went is removed at once. */
  async write(isLast = false): Promise<void> {
    const due = this.#nowMs() >= this.#beatAtMs
    const beating = due ? [...this.#own.values()] : [...this.#changed]
    try {
      const isFirst = await this.#beat(beating, due)
      await this.#clear(isLast ? Infinity : this.#nowMs())
      await this.#tell(isFirst)
    } catch (error) {
      this.beatAgain()
      throw error
    }
  }

  async #beat(beating: readonly Own[], due: boolean): Promise<boolean> {
    this.#changed.clear()
    if (beating.length === 0) return false
    const beats = beating.map(({ user, token, idle, focus }) => ({ user, token, idle, focus }))
    const isFirst = await told(this.#store.beat(beats, this.#timing.ttlMs), (isSure) => this.#onBeat(beating, isSure))
    if (!due) return isFirst
    this.#beatAtMs = this.#nowMs() + this.#timing.beatMs
    if (++this.#beats % beatsToSeen === 0) for (const { user } of beating) this.#lastSeen.saw(user, this.#nowMs())
    return isFirst
  }

  async #clear(throughMs: number): Promise<void> {
    this.#gone = this.#gone.filter(({ untilMs }) => untilMs > this.#nowMs())
    const gone = this.#gone.filter(({ fromMs }) => fromMs <= throughMs)
    const marks = this.#marks
    this.#marks = []
    if (marks.length > 0) await this.#store.mark(marks, this.#timing.typingTtlMs)
    if (gone.length === 0) return
    const connections = gone.map(({ connection }) => connection)
    const removed = this.#store.remove(connections.map(({ user, token, rooms }) => ({ user, token, rooms })))
    await told(removed, (isSure) => this.#onGone(connections, isSure))
    // Later ones came in while Redis was asked.
    this.#gone = this.#gone.filter((later) => !gone.includes(later))
    for (const { connection } of gone) {
      this.#users.add(connection.user)
      for (const room of connection.rooms) this.#rooms.add(room)
    }
  }

  async #tell(beatAgain: boolean): Promise<void> {
    if (this.#users.size === 0 && this.#rooms.size === 0 && !beatAgain) return
    const [users, rooms] = [this.#users, this.#rooms]
    this.#users = new Set()
    this.#rooms = new Set()
    try {
      await this.#store.publish({ users: [...users], rooms: [...rooms], beatAgain })
    } catch (error) {
      this.#users = this.#users.union(users)
      this.#rooms = this.#rooms.union(rooms)
      throw error
    }
  }

  #touch(own: Own): void {
    this.#changed.add(own)
    this.#users.add(own.user)
  }
}

/** Tells whether the work was done for sure, and settles as it does. */
async function told<T>(work: Promise<T>, tell: (isSure: boolean) => void): Promise<T> {
  try {
    const result = await work
    tell(true)
    return result
  } catch (error) {
    tell(false)
    throw error
  }
}
