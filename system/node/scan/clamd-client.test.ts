import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { answerOf, clamdAnswers, scanByClamd } from './clamd-client.ts'

const never = () => AbortSignal.timeout(5_000)
async function* chunks(...parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part)
}
/** A scanner that does as it is told with each connection. */
async function scanner(behave: (socket: Socket) => void): Promise<{ host: string; port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    behave(socket)
  })
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
}

test('only OK is clean', () => {
  expect(answerOf('stream: OK')).toEqual({ kind: 'clean' })
  expect(answerOf('stream: Eicar.UNOFFICIAL FOUND')).toEqual({ kind: 'infected', name: 'Eicar.UNOFFICIAL' })
  for (const text of ['INSTREAM size limit exceeded. ERROR', 'COMMAND READ TIMED OUT', 'OK', 'stream: OK FOUND?', '', 'stream: '])
    expect(answerOf(text).kind, text).toBe('failed')
})

test('chunks of no bytes are left out: they would end the content before its end', async () => {
  let heard = Buffer.alloc(0)
  const address = await scanner((socket) =>
    socket.on('data', (bytes) => {
      heard = Buffer.concat([heard, bytes])
      if (heard.subarray(-4).equals(Buffer.alloc(4))) socket.write('stream: OK\0')
    }),
  )
  expect(await scanByClamd(address, chunks('one', '', 'two'), never())).toEqual({ kind: 'clean' })
  expect(heard.toString('latin1')).toBe('zINSTREAM\0\0\0\0\x03one\0\0\0\x03two\0\0\0\0')
})

test('an OK for a content that it has not heard to the end is not clean', async () => {
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) yield Buffer.alloc(100_000)
  }
  const address = await scanner((socket) => socket.once('data', () => socket.write('stream: OK\0')))
  expect(await scanByClamd(address, endless(), never())).toMatchObject({ kind: 'failed' })
})

test('a content that breaks off is not clean, and the scanner is left', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('half')
    throw new Error('the store is gone')
  }
  const left = Promise.withResolvers<void>()
  const address = await scanner((socket) => socket.on('data', () => undefined).on('close', () => left.resolve()))
  expect(await scanByClamd(address, broken(), never())).toEqual({ kind: 'failed', why: 'the store is gone' })
  await left.promise
})

test('refused, closed and silent scanners give no verdict', async () => {
  const closed = await scanner((socket) => socket.destroy())
  expect(await scanByClamd(closed, chunks('a'), never())).toMatchObject({ kind: 'failed' })
  const half = await scanner((socket) => socket.once('data', () => socket.end('stream: OK')))
  expect(await scanByClamd(half, chunks('a'), never()), 'an answer without its end').toMatchObject({ kind: 'failed' })
  const silent = await scanner((socket) => socket.on('data', () => undefined))
  expect(await scanByClamd(silent, chunks('a'), AbortSignal.timeout(100))).toMatchObject({ kind: 'failed', why: expect.stringMatching(/timeout/) })
  expect(await scanByClamd(silent, chunks('a'), AbortSignal.abort(new Error('the worker closes')))).toEqual({ kind: 'failed', why: 'the worker closes' })
  expect(await clamdAnswers(silent, AbortSignal.timeout(100))).toBe(false)
  expect(await clamdAnswers({ host: '127.0.0.1', port: 1 }, never())).toBe(false)
})

test('a scanner that answers a ping is there', async () => {
  const address = await scanner((socket) => socket.once('data', (bytes) => socket.end(bytes.toString() === 'zPING\0' ? 'PONG\0' : 'UNKNOWN COMMAND\0')))
  expect(await clamdAnswers(address, never())).toBe(true)
})
