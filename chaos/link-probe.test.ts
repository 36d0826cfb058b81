import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { Upstream } from '../system/cluster/links.ts'
import { type Probe, probeLink } from './link-probe.ts'

const open: { server: Server; sockets: Socket[] }[] = []
afterEach(() => {
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
})

async function probeOf(kind: Upstream, answer: (socket: Socket, question: Buffer) => void, timeoutMs = 500): Promise<Probe> {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('data', (question) => answer(socket, question))
  })
  open.push({ server, sockets })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const at = { host: '127.0.0.1', port: address.port }
  return probeLink({ ...at, upstream: { kind, ...at } }, timeoutMs)
}

test.each<[Upstream, string]>([
  ['redis', '+PONG\r\n'],
  ['redis', '-NOAUTH Authentication required.\r\n'],
  ['http', 'HTTP/1.1 503 Service Unavailable\r\n\r\n'],
])('%s answers with %j', async (kind, answer) => {
  expect(await probeOf(kind, (socket) => socket.write(answer))).toMatchObject({ answered: true })
})

test('mongo is asked hello and has answered when the whole message is there', async () => {
  const probe = await probeOf('mongo', (socket, question) => {
    expect(question.toString('latin1')).toContain('hello')
    const reply = Buffer.alloc(40)
    reply.writeInt32LE(40, 0)
    socket.write(reply.subarray(0, 10))
    setImmediate(() => socket.write(reply.subarray(10)))
  })
  expect(probe).toMatchObject({ answered: true })
})

test('silence ends at the deadline', async () => {
  expect(await probeOf('redis', () => {}, 60)).toMatchObject({ answered: false, why: 'no answer within 60 ms' })
})

test('a connection that is closed unanswered is no answer', async () => {
  expect(await probeOf('redis', (socket) => socket.end())).toMatchObject({ answered: false, why: 'closed without an answer' })
})

test('a refused connection says so', async () => {
  const at = { host: '127.0.0.1', port: 1 }
  expect(await probeLink({ ...at, upstream: { kind: 'redis', ...at } }, 500)).toMatchObject({ answered: false, why: 'ECONNREFUSED' })
})
