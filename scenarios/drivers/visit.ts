/** One connection of its own, without a client behind it: to see whether a token opens anything. */
import { setTimeout as delay } from 'node:timers/promises'
import { io, type Socket } from 'socket.io-client'
import type { Ack, ClientToServer, ServerToClient } from '../../system/protocol.ts'
import type { ActResult, VisitToken } from '../driver.ts'

/** Longest wait for the connection, and for the answer. */
const patienceMs = 5_000

/** `ok`: the chat answered a request that was made `askAfterMs` after the call. */
export async function visit(url: string, { device, token }: VisitToken, room: string, askAfterMs: number): Promise<ActResult> {
  const askAtMs = performance.now() + askAfterMs
  const socket: Socket<ServerToClient, ClientToServer> = io(url, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    timeout: patienceMs,
    auth: { token, deviceId: device, connectionNumber: 1 },
  })
  try {
    const refused = await connectionOf(socket)
    if (refused !== null) return refused
    await delay(Math.max(0, askAtMs - performance.now()))
    if (!socket.connected) return { kind: 'failed', code: 'disconnected' }
    const answer: Ack<object> = await socket.timeout(patienceMs).emitWithAck('unread:get', { rooms: [room] })
    return answer.ok ? { kind: 'ok' } : { kind: 'failed', code: answer.error.code }
  } catch (error) {
    return { kind: 'unknown', why: error instanceof Error ? error.message : String(error) }
  } finally {
    socket.disconnect()
  }
}

/** Null once it stands; else why it doesn't. */
function connectionOf(socket: Socket): Promise<ActResult | null> {
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(null))
    socket.once('connect_error', (error) => {
      const refusal = 'data' in error && typeof error.data === 'object' ? error.data : null
      const isRefusal = refusal !== null && 'code' in refusal && typeof refusal.code === 'string'
      resolve(isRefusal ? { kind: 'failed', code: String(refusal.code) } : { kind: 'unknown', why: error.message })
    })
  })
}
