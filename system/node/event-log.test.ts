import { expect, test } from 'vitest'
import { eventLogOf, factsOf } from './event-log.ts'
import { refusal } from './refusal.ts'

const session = { user: 'ann', device: 'd', connectionNumber: 1, expiresAtMs: 1, room: null }

function recorded() {
  const told: unknown[] = []
  const lines: unknown[] = []
  const log = eventLogOf({ answered: (...figures) => void told.push(figures) }, (...line) => void lines.push(line))
  return { log, told, lines }
}

test('a send is counted by outcome, and only its refusal is a line, at debug, with room and operation', () => {
  const { log, told, lines } = recorded()
  const request = { room: 'r', clientMessageId: 'c', body: 'secret' }
  log.answered('message:send', session, request, { ok: true }, 0.1)
  log.answered('message:send', session, request, { ok: true, duplicate: true } as { ok: true }, 0.1)
  log.answered('message:send', session, request, refusal('forbidden', 'no'), 0.1)
  expect(told.map((figures) => (figures as unknown[])[1])).toEqual(['ok', 'duplicate', 'forbidden'])
  expect(lines).toEqual([['debug', 'refused', { event: 'message:send', user: 'ann', device: 'd', room: 'r', operationId: 'c', code: 'forbidden', why: 'no' }]])
})

test('joins and kicks are lines at info, trouble with the store at warn', () => {
  const { log, lines } = recorded()
  log.answered('join', session, { room: 'r', operationId: 'o' }, { ok: true }, 0.1)
  log.answered('member:kick', session, { room: 'r', operationId: 'o', userId: 'bob' }, refusal('unavailable', 'the store did not answer', 200), 0.1)
  expect(lines).toMatchObject([
    ['info', 'join', { room: 'r' }],
    ['warn', 'refused', { userId: 'bob', code: 'unavailable' }],
  ])
})

test('of a payload that is not valid only short strings under known names are told', () => {
  expect(factsOf({ room: 7, operationId: 'x'.repeat(100), constructor: 'y' })).toEqual({ operationId: 'x'.repeat(64) })
  expect([factsOf(null), factsOf('text'), factsOf(undefined)]).toEqual([{}, {}, {}])
})
