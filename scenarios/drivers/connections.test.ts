import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { io } from 'socket.io-client'
import { expect, test } from 'vitest'
import { clientParts, type ChatSocket } from '../../system/client/parts.ts'
import { followConnections } from './connections.ts'

test('a client that has stopped reading gets nothing, and all of it once it reads again', async () => {
  const http = createServer()
  const server = new Server(http, { transports: ['websocket'] })
  server.on('connection', (accepted) => {
    accepted.on('ask', (_payload: object, ack: () => void) => ack())
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const socket: ChatSocket = io(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, { transports: ['websocket'] })
  const got: unknown[] = []
  socket.onAny((event: string) => void got.push(event))
  try {
    await new Promise<void>((resolve) => socket.on('connect', resolve))
    const connections = followConnections()
    const parts = connections.follow(clientParts)
    await parts.emitWithAck(socket, 'ask', {}, 5000)
    const stopped = connections.stopReading()
    server.emit('entry', {})
    await expect(parts.emitWithAck(socket, 'ask', {}, 200)).rejects.toThrow('timed out')
    expect(got).toEqual([])
    stopped[Symbol.dispose]()
    await parts.emitWithAck(socket, 'ask', {}, 5000)
    expect(got).toEqual(['entry'])
  } finally {
    socket.disconnect()
    await server.close()
  }
})
