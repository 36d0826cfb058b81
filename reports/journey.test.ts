import { describe, expect, test } from 'vitest'
import { changed, cleanText, eventful } from './checks/clean-history.ts'
import { parseHistory } from './checks/text-history.ts'
import { kinds } from './history/kinds.ts'
import { journeyOf } from './journey.ts'
import { renderJourney } from './render/journey.ts'
import { rowSentence } from './row-sentence.ts'
import { findSubject, NoSubject } from './subject.ts'

const history = parseHistory(cleanText)
const told = (text: string, of = history): string => renderJourney(journeyOf(of, findSubject(of, text)))

describe('a message', () => {
  test('is told from its intent to the audit, over clients, nodes and the store, in order of time', () => {
    const { events, title } = journeyOf(history, findSubject(history, 'm1'))
    expect(title).toBe('message m1 (alice, laptop, room-1)')
    expect(events.map(({ atMs }) => atMs)).toEqual(events.map(({ atMs }) => atMs).toSorted((a, b) => a - b))
    const texts = events.map(({ text }) => text)
    for (const text of [
      'alice wants to send 1 bytes to room-1',
      'node-1 commits it as seq 4',
      'node-2 relays it to 1 sockets',
      'alice gets the ack: seq 4',
      'carol applies it as seq 4 of room-1 (live)',
      'audit: the store has it as seq 4 of room-1, accepted by node-1',
      'audit: a fresh client reads it as seq 4 of room-1 by sync',
    ])
      expect(texts).toContain(text)
  })

  test('says of each member what became of it, and the fault that was active', () => {
    const lost = parseHistory(changed({ without: ['carol gets m2'] }))
    const text = told('m2', lost)
    expect(text).toContain("carol never applied it; it stopped at: published not on the peer's wire, on node-1")
    expect(text).toContain('alice applied it')
    expect(text).toContain('healed: cut node-*->redis')
  })

  test('that is not stored says where it stopped', () => {
    const lost = parseHistory(changed({ without: ['audit stored m3', 'audit read m3'] }))
    expect(told('m3', lost)).toContain('it is not stored; it stopped at: node before commit')
  })

  test('is found by its id, by its id in the store, by client:counter and by user#counter', () => {
    for (const name of ['m1', 'id-m1', '0:0', 'alice#0']) expect(findSubject(history, name)).toEqual({ kind: 'message', message: 0 })
  })
})

test('a client is told by user or number, with the messages named', () => {
  expect(findSubject(history, 'bob')).toEqual(findSubject(history, '1'))
  const text = told('bob')
  expect(text).toContain('client 1 (bob, laptop')
  expect(text).toContain('bob connects to node-2')
  expect(text).toContain('bob applies it as seq 4 of room-1 (live) [m1]')
})

test('a name that is not there is refused with what is there, and one that is many with those', () => {
  expect(() => findSubject(history, 'nothing')).toThrow(NoSubject)
  expect(() => findSubject(history, 'nothing')).toThrow('a client by its user or number (0 to 2)')
  expect(() => findSubject(history, '99')).toThrow("no message and no client is called '99'")
  const many = parseHistory(changed({ with: ['4.0 alice sends long-name-1 room-1', '4.1 alice sends long-name-2 room-1'] }))
  expect(() => findSubject(many, 'long-name')).toThrow("'long-name' is the name of 2 messages: long-name-1, long-name-2. Name one of them whole")
  expect(findSubject(many, 'name-2')).toMatchObject({ kind: 'message' })
})

test('every row of every kind has a sentence without a hole', () => {
  const eventfulHistory = parseHistory(changed(eventful))
  for (const { code } of Object.values(kinds)) {
    const kind = eventfulHistory.columns.kind.map(() => code)
    const text = rowSentence({ ...eventfulHistory, columns: { ...eventfulHistory.columns, kind } }, 20)
    expect(text, `kind ${code}`).not.toMatch(/undefined|NaN|^\s*$/)
  }
})
