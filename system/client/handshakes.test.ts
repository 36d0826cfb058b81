import { expect, test } from 'vitest'
import { createHandshakes } from './handshakes.ts'

const handshake = { token: 't', deviceId: 'd', connectionNumber: 1 }

test('a handshake that is done after a later one began is not sent', async () => {
  const sent: string[] = []
  const slow = Promise.withResolvers<typeof handshake>()
  const makes = [slow.promise, Promise.resolve(handshake)]
  const handshakes = createHandshakes(
    () => makes.shift() ?? slow.promise,
    () => expect.unreachable(),
  )
  const first = handshakes.answer(() => void sent.push('first'))
  await handshakes.answer(() => void sent.push('second'))
  slow.resolve(handshake)
  await first
  expect(sent).toEqual(['second'])
})

test('a failure is told, and none of one that was dropped', async () => {
  const failures: string[] = []
  const handshakes = createHandshakes(
    () => Promise.reject(new Error('expired')),
    (why) => void failures.push(why),
  )
  await handshakes.answer(() => expect.unreachable())
  const dropped = handshakes.answer(() => expect.unreachable())
  handshakes.drop()
  await dropped
  expect(failures).toEqual(['no token: Error: expired'])
})
