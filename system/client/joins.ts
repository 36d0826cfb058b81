/** Joins a room: the same operationId over all attempts, over disconnects too. */
import { errorCodes } from '../codes-and-limits.ts'
import type { Connection } from './connection.ts'
import { backoffMs } from './settings.ts'
import type { OperationsOptions } from './operations.ts'

export interface JoinOptions extends Omit<OperationsOptions, 'connection'> {
  connection: Pick<Connection, 'request'>
}

/** Resolves to where the room's log stands; rejects when refused for good, or at the deadline. */
export async function askToJoin(room: string, operationId: string, options: JoinOptions): Promise<{ seq: number; epoch: string }> {
  const { connection, changes, alarms, settings, random, now } = options
  const deadline = now() + settings.joinMs
  let problem = 'no answer'
  for (let attempt = 1; now() < deadline && !alarms.closed(); attempt += 1) {
    await changes.until(options.synced, Math.max(1, deadline - now()), () => `join of ${room}: ${options.pending()}`)
    const answer = await connection.request('join', { room, operationId }).catch((error: unknown) => String(error))
    if (typeof answer !== 'string') {
      if (answer.ok) return { seq: answer.seq, epoch: answer.epoch }
      problem = `${answer.error.code}: ${answer.error.message}`
      if (!(errorCodes[answer.error.code] ?? errorCodes.internal).retryable) break
    } else problem = answer
    await alarms.sleep(backoffMs(attempt, settings, random))
  }
  throw new Error(`could not join room ${room} (${problem})`)
}
