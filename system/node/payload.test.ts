import { expect, test } from 'vitest'
import { joinRequest, sendRequest, syncRequest, unreadRequest } from '../protocol.ts'
import { membersLimit, parsePayload } from './payload.ts'

const invalid = (message: string) => ({ ok: false, error: { code: 'invalid', message: expect.stringContaining(message) } })
const record = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`room-${index}`, { epoch: 'e', appliedSeq: 1 }]))

test('a payload that fits comes back parsed', () => {
  expect(parsePayload(syncRequest, { rooms: record(membersLimit) })).toMatchObject({ ok: true })
})

test('more members than any schema takes are refused before they are parsed, by the name of their field', () => {
  expect(parsePayload(syncRequest, { rooms: record(membersLimit + 1) })).toMatchObject(invalid('rooms: more than 1000'))
  expect(parsePayload(unreadRequest, { rooms: Array.from({ length: membersLimit + 1 }, () => 1) })).toMatchObject(invalid('rooms: more than 1000'))
  expect(parsePayload(joinRequest, record(membersLimit + 1))).toMatchObject(invalid('payload: more than 1000'))
  expect(parsePayload(joinRequest, Buffer.alloc(2000))).toMatchObject(invalid('room'))
})

test('a refusal names the first wrong fields, and is short whatever was sent', () => {
  const answer = parsePayload(syncRequest, { rooms: Object.fromEntries(Array.from({ length: 900 }, (_, index) => [`${'x'.repeat(500)} ${index}`, 1])) })
  expect(answer).toMatchObject(invalid('more'))
  expect(JSON.stringify(answer).length).toBeLessThan(1200)
  expect(JSON.stringify(parsePayload(joinRequest, { ['x'.repeat(100_000)]: 1 })).length).toBeLessThan(600)
})

test('a body over the limit, and nothing else wrong, is too large', () => {
  const request = {
    room: 'r',
    clientMessageId: '01a20c9c-949b-7477-9fed-31b6b763786f',
    clientSeq: 1,
    attempt: 1,
    type: 'text',
    body: 'é'.repeat(5000),
    clientCreatedAt: 1,
  }
  expect(parsePayload(sendRequest, request)).toMatchObject({ ok: false, error: { code: 'too_large' } })
  expect(parsePayload(sendRequest, { ...request, attempt: 0 })).toMatchObject(invalid('attempt'))
})
