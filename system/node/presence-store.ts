/** Presence in Redis: what the nodes share of who is there. Every call ends within the client's command timeout, or at once without Redis. */
import { z } from 'zod'
import { beatScript, crowdScript, markScript, readScript, removeScript } from './presence-scripts.ts'
import { openRedis } from './redis.ts'
import type { WriteLog } from './event-log.ts'
import type { Beats } from './presence-state.ts'

export interface PresenceConnection {
  user: string
  /** Names this connection and no other, ever. */
  token: string
  idle: boolean
  /** The room on the person's screen. */
  focus: string | null
}
export interface GoneConnection {
  user: string
  token: string
  /** Where it may be noted as here or typing. */
  rooms: readonly string[]
}
export interface Mark {
  kind: CrowdKind
  room: string
  user: string
  token: string
  on: boolean
}
export type CrowdKind = 'typing' | 'here'
export interface BeatReading {
  nowMs: number
  sinceMs: number
  beats: Map<string, Beats>
}
/** What a node tells the others: whose presence and which rooms' crowds to read again; `beatAgain`: Redis has lost what it held. */
export interface PresenceNews {
  users: string[]
  rooms: string[]
  beatAgain: boolean
}

/** All reject without Redis. */
export interface PresenceStore {
  /** Gives whether it is the first beat that Redis holds. */
  beat(connections: readonly PresenceConnection[], ttlMs: number): Promise<boolean>
  remove(connections: readonly GoneConnection[]): Promise<void>
  read(users: readonly string[], ttlMs: number): Promise<BeatReading>
  mark(marks: readonly Mark[], ttlMs: number): Promise<void>
  /** Users, each once, in the order of their names. */
  crowds(kind: CrowdKind, rooms: readonly string[], ttlMs: number): Promise<Map<string, string[]>>
  publish(news: PresenceNews): Promise<void>
  onNews(listener: (news: PresenceNews) => void): void
  isUp(): boolean
  close(): void
}

const commandTimeoutMs = 100
/** Connections in one script: a longer one would hold up everybody else's commands. */
const batch = 200
const newsShape = z.object({ users: z.array(z.string()), rooms: z.array(z.string()), beatAgain: z.boolean() })

const chunks = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / batch) }, (_, index) => all.slice(index * batch, (index + 1) * batch))

export interface PresenceStoreOptions {
  url: string
  prefix: string
  onError: (error: unknown, during: string) => void
  log: WriteLog
}

export function presenceStoreOf({ url, prefix, onError, log }: PresenceStoreOptions): PresenceStore {
  // A link that swallows everything is given up; otherwise old beats would pile up in it.
  const impatient = { enableOfflineQueue: false, autoResendUnfulfilledCommands: false, commandTimeout: commandTimeoutMs, socketTimeout: 2000 }
  const redis = openRedis(url, 'presence', log, impatient)
  const subscriber = openRedis(url, 'presence news', log)
  const channel = `${prefix}:news`
  subscriber.subscribe(channel).catch((error: unknown) => onError(error, 'presence news'))
  const run = (script: string, ttlMs: number, about: unknown, ...further: string[]) =>
    redis.eval(script, 0, prefix, String(ttlMs), JSON.stringify(about), ...further)

  return {
    async beat(connections, ttlMs) {
      const answers = await Promise.all(chunks(connections).map((some) => run(beatScript, ttlMs, some)))
      return answers.includes(1)
    },
    async remove(connections) {
      await Promise.all(chunks(connections).map((some) => run(removeScript, 0, some)))
    },
    async read(users, ttlMs) {
      const answers = await Promise.all(
        chunks(users).map(async (some) => ({
          some,
          found: z
            .array(z.string())
            .parse(await run(readScript, ttlMs, some))
            .map(Number),
        })),
      )
      const beats = new Map<string, Beats>()
      for (const { some, found } of answers)
        for (const [index, user] of some.entries()) beats.set(user, { anyMs: found[index * 2 + 2] ?? 0, activeMs: found[index * 2 + 3] ?? 0 })
      const [first] = answers
      return { nowMs: first?.found[0] ?? 0, sinceMs: first?.found[1] ?? 0, beats }
    },
    async mark(marks, ttlMs) {
      await run(
        markScript,
        ttlMs,
        marks.map(({ kind, room, user, token, on }) => ({ kind, room, member: `${user}|${token}`, on })),
      )
    },
    async crowds(kind, rooms, ttlMs) {
      const found = z.array(z.array(z.string())).parse(await run(crowdScript, ttlMs, rooms, kind))
      return new Map(
        rooms.map((room, index) => [room, [...new Set((found[index] ?? []).map((member) => member.slice(0, member.lastIndexOf('|'))))].toSorted()]),
      )
    },
    async publish(news) {
      await redis.publish(channel, JSON.stringify(news))
    },
    onNews(listener) {
      subscriber.on('message', (_channel: string, text: string) => {
        try {
          listener(newsShape.parse(JSON.parse(text)))
        } catch (error) {
          onError(error, 'presence news')
        }
      })
    },
    isUp: () => redis.status === 'ready',
    close() {
      redis.disconnect()
      subscriber.disconnect()
    },
  }
}
