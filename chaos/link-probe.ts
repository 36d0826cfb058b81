/** Asks the far end of a link something small in its own protocol, through the link as its near end uses it. */
import { connect } from 'node:net'
import { BSON } from 'mongodb'
import type { Link, Upstream } from '../system/cluster/links.ts'

/** `bytes`: sent and received by the probe itself, so that counts of traffic can leave them out. */
export type Probe = { answered: true; roundTripMs: number; bytes: number } | { answered: false; why: string; bytes: number }

/** Never rejects: a refusal and a silence are answers too. Connecting counts into the round trip. */
export function probeLink(link: Pick<Link, 'host' | 'port' | 'upstream'>, timeoutMs: number): Promise<Probe> {
  const { request, isWhole } = questions[link.upstream.kind]
  const startedMs = performance.now()
  return new Promise((resolve) => {
    let received = Buffer.alloc(0)
    const socket = connect({ host: link.host, port: link.port, noDelay: true })
    const end = (probe: { answered: true; roundTripMs: number } | { answered: false; why: string }): void => {
      clearTimeout(deadline)
      socket.destroy()
      resolve({ ...probe, bytes: socket.bytesWritten + received.length })
    }
    const deadline = setTimeout(() => end({ answered: false, why: `no answer within ${timeoutMs} ms` }), timeoutMs)
    socket.on('connect', () => socket.write(request))
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      if (isWhole(received)) end({ answered: true, roundTripMs: performance.now() - startedMs })
    })
    socket.on('error', (error: NodeJS.ErrnoException) => end({ answered: false, why: error.code ?? error.message }))
    socket.on('close', () => end({ answered: false, why: 'closed without an answer' }))
  })
}

interface Question {
  request: Buffer
  isWhole: (received: Buffer) => boolean
}

/** Any status: a balancer without nodes answers 503, an object store 403 to nobody in particular, and the link to it works. */
const http: Question = {
  request: Buffer.from('GET /health/live HTTP/1.1\r\nhost: probe\r\nconnection: close\r\n\r\n'),
  isWhole: (received) => /^HTTP\/1\.\d \d{3} /.test(received.toString('latin1')),
}
const questions: Readonly<Record<Upstream, Question>> = {
  /** An error reply (a password is asked for) is an answer of Redis all the same. */
  redis: { request: Buffer.from('PING\r\n'), isWhole: (received) => /^[+-].*\r\n/.test(received.toString('latin1')) },
  http,
  store: http,
  /** Source: clamd(8), PING; commands that begin with z end with a zero byte. */
  clamd: { request: Buffer.from('zPING\0'), isWhole: (received) => received.includes(0) },
  mongo: { request: hello(), isWhole: (received) => received.length >= 4 && received.length >= received.readInt32LE(0) },
}

/** OP_MSG with one section of kind 0. Source: MongoDB wire protocol, https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/ */
function hello(): Buffer {
  const body = BSON.serialize({ hello: 1, $db: 'admin' })
  const head = Buffer.alloc(21)
  head.writeInt32LE(head.length + body.length, 0)
  head.writeInt32LE(1, 4)
  head.writeInt32LE(2013, 12)
  return Buffer.concat([head, body])
}
