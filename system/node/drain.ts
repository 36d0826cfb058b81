/** Closing in order: tell clients to go, finish what is in flight, write what is gathered, close. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Rooms } from './rooms.ts'
import type { Round } from './rounds.ts'
import type { ChatServer } from './socket-types.ts'

export interface DrainOptions {
  io: ChatServer
  rounds: readonly Round[]
  rooms: Pick<Rooms, 'pendingAppends' | 'saveAll'>
  flush: () => Promise<void>
  random: () => number
  nowMs: () => number
  onError: (error: unknown, during: string) => void
}

const longestHintMs = 300
const deadlineMs = 3000
/** Answers that were handed to sockets need a moment to leave before the connections close. */
const graceMs = 50

export async function drainNode({ io, rounds, rooms, flush, random, nowMs, onError }: DrainOptions): Promise<void> {
  for (const socket of io.of('/').sockets.values()) socket.emit('reconnect', { afterMs: Math.round(random() * longestHintMs) })
  const until = nowMs() + deadlineMs
  while (rooms.pendingAppends() > 0 && nowMs() < until) await delay(10)
  if (rooms.pendingAppends() > 0) onError(new Error(`${rooms.pendingAppends()} appends still pending after ${deadlineMs} ms`), 'drain')
  const told = nowMs() + longestHintMs + graceMs
  while (io.of('/').sockets.size > 0 && nowMs() < told) await delay(10)
  for (const round of rounds) await round[Symbol.asyncDispose]()
  await flush().catch((error: unknown) => onError(error, 'last cursors'))
  await rooms.saveAll().catch((error: unknown) => onError(error, 'saving rooms'))
  for (const socket of io.of('/').sockets.values()) socket.emit('closing', { code: 'draining' })
  await delay(graceMs)
  // Not awaited: the adapter's farewell to Redis may wait for a Redis that is away.
  void io.close()
}
