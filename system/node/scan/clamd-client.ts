/** Speaks to clamd over TCP, one question a connection. Source: clamd(8), "COMMANDS": PING and INSTREAM, ended by NUL when asked with a `z`. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { addAbortSignal } from 'node:stream'
import type { Socket } from 'node:net'

export interface ClamdAddress {
  host: string
  port: number
}
export type ClamdAnswer =
  | { kind: 'clean' }
  | { kind: 'infected'; name: string }
  /** No verdict: unreachable, cut, too slow, or refused. */
  | { kind: 'failed'; why: string }

/** Pure: only `OK` is clean. */
export function answerOf(text: string): ClamdAnswer {
  if (text === 'stream: OK') return { kind: 'clean' }
  const name = /^stream: (.+) FOUND$/.exec(text)?.[1]
  return name === undefined ? { kind: 'failed', why: `clamd answered ${JSON.stringify(text.slice(0, 200))}` } : { kind: 'infected', name }
}

/** Never rejects. `signal` ends it at once, as failed. An error of the content fails it too. */
export async function scanByClamd(address: ClamdAddress, content: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<ClamdAnswer> {
  const { text, failure } = await ask(address, (socket) => sendContent(socket, content), signal)
  if (text === '') return { kind: 'failed', why: failure ?? 'clamd closed the connection without an answer' }
  const answer = answerOf(text)
  // What it had not heard to the end it can't call clean.
  return answer.kind === 'clean' && failure !== null ? { kind: 'failed', why: failure } : answer
}

/** Whether it answers a ping before the signal ends it. */
export async function clamdAnswers(address: ClamdAddress, signal: AbortSignal): Promise<boolean> {
  const { text } = await ask(address, (socket) => written(socket, Buffer.from('zPING\0')), signal)
  return text === 'PONG'
}

/** `text`: what it answered, empty when nothing whole; `failure`: why the question was not put to the end. */
async function ask(address: ClamdAddress, put: (socket: Socket) => Promise<void>, signal: AbortSignal): Promise<{ text: string; failure: string | null }> {
  if (signal.aborted) return { text: '', failure: reasonOf(signal.reason) }
  const socket = addAbortSignal(signal, connect({ ...address, noDelay: true }))
  const heard = hear(socket)
  const failure = await once(socket, 'connect', { signal })
    .then(() => put(socket))
    .then(
      () => null,
      (error: unknown) => {
        socket.destroy()
        return reasonOf(signal.aborted ? signal.reason : error)
      },
    )
  const text = await heard
  return { text, failure: failure ?? (signal.aborted ? reasonOf(signal.reason) : null) }
}

/** Resolves at the NUL that ends the answer, or with nothing when the connection ends before; it may answer before it has heard all. */
function hear(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    socket.on('data', (bytes) => {
      text += bytes.toString('utf8')
      const end = text.indexOf('\0')
      if (end === -1) return
      resolve(text.slice(0, end))
      socket.destroy()
    })
    // Whoever writes is told of the error; what counts here is that nothing more comes.
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(''))
  })
}

async function sendContent(socket: Socket, content: AsyncIterable<Uint8Array>): Promise<void> {
  await written(socket, Buffer.from('zINSTREAM\0'))
  for await (const bytes of content) {
    // Subtle: a length of 0 is the end of the content, so an empty chunk would leave what follows it unscanned.
    if (bytes.length === 0) continue
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    await written(socket, Buffer.concat([length, bytes]))
  }
  await written(socket, Buffer.alloc(4))
}

/** Resolves when the kernel has taken the bytes, so a slow scanner slows the reading of the content. */
function written(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => {
      if (error) reject(error)
      else resolve()
    })
  })
}

const reasonOf = (reason: unknown) => (reason instanceof Error ? reason.message : String(reason))
