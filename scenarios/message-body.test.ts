import { assert, integer, nat, property, record, string, stringMatching } from 'fast-check'
import { expect, test } from 'vitest'
import { messagesPerClient } from '../reports/history/kinds.ts'
import { makeBody, messageIdOf, parseBody } from './message-body.ts'
import { seededRandom } from './random.ts'

const identity = {
  client: integer({ min: 0, max: 32_767 }),
  counter: integer({ min: 0, max: messagesPerClient - 1 }),
  room: stringMatching(/^[A-Za-z0-9._:-]{1,64}$/),
  bytes: integer({ min: 100, max: 4000 }),
  seed: integer(),
}

test('a body is read back as it was made, and has the size asked for', () => {
  assert(
    property(record(identity), ({ client, counter, room, bytes, seed }) => {
      const body = makeBody(client, counter, room, bytes, seededRandom(seed))
      expect(Buffer.byteLength(body)).toBe(Math.max(bytes, `sd1 ${client} ${counter} ${room} `.length + 12))
      expect(parseBody(body)).toEqual({ client, counter, room, edit: 0, intact: true })
      expect(messageIdOf(body)).toBe(client * messagesPerClient + counter)
    }),
  )
})

test('an edited body has the identity of its message and tells which edit it is', () => {
  assert(
    property(record(identity), integer({ min: 1, max: 999_999 }), ({ client, counter, room, bytes, seed }, edit) => {
      const body = makeBody(client, counter, room, bytes, seededRandom(seed), edit)
      expect(parseBody(body)).toEqual({ client, counter, room, edit, intact: true })
      expect(messageIdOf(body)).toBe(client * messagesPerClient + counter)
      expect(parseBody(body.replace(` e${edit} `, ' ex '))).toMatchObject({ edit: 0, intact: false })
    }),
  )
})

test('an altered character of the filler is seen', () => {
  assert(
    property(record(identity), nat(), ({ client, counter, room, bytes, seed }, where) => {
      const body = makeBody(client, counter, room, bytes, seededRandom(seed))
      const fillerFrom = body.length - 1 - (where % Math.max(1, body.length - `sd1 ${client} ${counter} ${room} `.length - 11))
      const altered = `${body.slice(0, fillerFrom)}~${body.slice(fillerFrom + 1)}`
      expect(parseBody(altered)).toEqual({ client, counter, room, edit: 0, intact: false })
    }),
  )
})

test('the body of somebody else is nobody of ours', () => {
  for (const body of [
    '',
    'hello',
    'sd1',
    'sd1 ',
    'sd1 x 1 room',
    'sd1 1 y room',
    'sd1 1',
    'sd1 1 2',
    'sd1 -1 2 room 3 x',
    'sd1 40000 2 room 3 x',
    'sd1 1 65536 room 3 x',
  ]) {
    expect(parseBody(body), body).toBeNull()
  }
})

test('any text is read without an exception', () => {
  assert(property(string(), (text) => void parseBody(`sd1 ${text}`)))
})
