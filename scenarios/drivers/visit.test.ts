import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server, type Socket } from 'socket.io'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { visit } from './visit.ts'

let server: Server
let url: string
let admits: (token: unknown) => Error | undefined
let greet: (socket: Socket) => void

class Refused extends Error {
  readonly data = { code: 'token_expired' }
}

beforeEach(async () => {
  const http = createServer()
  server = new Server(http)
  admits = () => undefined
  greet = (socket) => socket.on('unread:get', (_request: unknown, answer: (ack: object) => void) => answer({ ok: true, rooms: {} }))
  server.use((socket, next) => next(admits(socket.handshake.auth['token'])))
  server.on('connection', (socket) => greet(socket))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
})
afterEach(() => server.close())

const visiting = (askAfterMs = 0) => visit(url, { device: 'device-1', token: 'old' }, 'room-1', askAfterMs)

test('what is asked for by a token that the chat takes is answered', async () => {
  expect(await visiting()).toEqual({ kind: 'ok' })
})
test('a refusal of the connection or of the request is told by its code', async () => {
  greet = (socket) => socket.on('unread:get', (_request: unknown, answer: (ack: object) => void) => answer({ ok: false, error: { code: 'token_expired' } }))
  expect(await visiting()).toEqual({ kind: 'failed', code: 'token_expired' })
  admits = (token) => (token === 'old' ? new Refused('token_expired') : undefined)
  expect(await visiting()).toEqual({ kind: 'failed', code: 'token_expired' })
})
test('who was sent away before it asked has got nothing', async () => {
  greet = (socket) => void socket.disconnect(true)
  expect(await visiting(100)).toEqual({ kind: 'failed', code: 'disconnected' })
})
test('a connection that fails without a refusal says nothing about the token', async () => {
  await server.close()
  expect(await visiting()).toMatchObject({ kind: 'unknown' })
})
