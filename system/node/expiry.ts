/** Ends a socket when its token does. A renewal moves the end. */
import { closeFor } from './auth.ts'
import { refusal } from './refusal.ts'
import { verifyToken } from './tokens.ts'
import type { Ack, RenewRequest } from '../protocol.ts'
import type { ChatSocket } from './socket-types.ts'

const longestTimerMs = 2 ** 31 - 1

export interface Expiry {
  watch(socket: ChatSocket): void
  /** For the same user and device only. */
  renew(socket: ChatSocket, request: RenewRequest): Promise<Ack<{ expiresAt: number }>>
  /** A late timer (a busy or paused node) must not let an expired caller in. */
  isOver(socket: ChatSocket): boolean
}

export function expiryOf(secret: string, nowMs: () => number): Expiry {
  const timers = new WeakMap<ChatSocket, NodeJS.Timeout>()
  const arm = (socket: ChatSocket) => {
    clearTimeout(timers.get(socket))
    const leftMs = socket.data.expiresAtMs - nowMs()
    if (leftMs <= 0) return closeFor(socket, 'token_expired')
    timers.set(
      socket,
      setTimeout(() => arm(socket), Math.min(leftMs, longestTimerMs)),
    )
  }
  return {
    watch(socket) {
      arm(socket)
      socket.on('disconnect', () => clearTimeout(timers.get(socket)))
    },
    async renew(socket, { token }) {
      const answer = await verifyToken(secret, token)
      if (!answer.ok) return refusal(answer.code, answer.code === 'token_expired' ? 'the token has expired' : 'the token is not valid')
      const { user, device, expiresAtMs } = answer.identity
      if (user !== socket.data.user || device !== socket.data.device) return refusal('forbidden', 'the token is for another user or device')
      socket.data.expiresAtMs = expiresAtMs
      if (socket.connected) arm(socket)
      return { ok: true, expiresAt: expiresAtMs }
    },
    isOver: (socket) => socket.data.expiresAtMs <= nowMs(),
  }
}
