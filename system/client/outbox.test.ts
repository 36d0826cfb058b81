import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createOutbox, judgeAttempt } from './outbox.ts'
import type { OutboxRow } from './outbox.ts'
import { shownStatus, stateAfter } from './status.ts'
import type { Happening, State } from './status.ts'

const none: ReadonlySet<OutboxRow> = new Set()
const empty = { clientSeqs: {}, rows: [] }
const refusal = (code: 'forbidden' | 'rate_limited' | 'internal', retryAfterMs?: number) =>
  ({ kind: 'answer', answer: { ok: false, error: { code, message: code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) } } }) as const

describe('outbox', () => {
  it('counts clientSeq from 1 in each room and gives the lowest first', () => {
    const outbox = createOutbox(empty)
    const rows = [outbox.add('a', 'x', 'id-1', 0), outbox.add('b', 'x', 'id-2', 0), outbox.add('a', 'x', 'id-3', 0)]
    expect(rows.map((row) => row.clientSeq)).toEqual([1, 1, 2])
    expect(outbox.next('a', none, 1)?.clientMessageId).toBe('id-1')
  })

  it('gives nothing while a row of the room is sending', () => {
    const outbox = createOutbox(empty)
    const first = outbox.add('a', 'x', 'id-1', 0)
    outbox.add('a', 'x', 'id-2', 0)
    first.state = 'sending'
    expect(outbox.next('a', none, 1)).toBeUndefined()
    outbox.remove('id-1')
    expect(outbox.next('a', none, 1)?.clientMessageId).toBe('id-2')
  })

  it('goes on after a reload, in doubt about what was on its way', () => {
    const row = { room: 'a', clientMessageId: 'id-7', clientSeq: 7, body: 'x', clientCreatedAt: 0, attempts: 1, doubt: false, state: 'sending' } as const
    const outbox = createOutbox({ clientSeqs: { a: 9 }, rows: [row] })
    expect(outbox.next('a', none, 1)).toMatchObject({ clientMessageId: 'id-7', state: 'queued', doubt: true })
    expect(outbox.add('a', 'y', 'id-10', 0).clientSeq).toBe(10)
  })

  it('sends a failed row again with its identity and a new clientSeq', () => {
    const outbox = createOutbox(empty)
    const row = outbox.add('a', 'x', 'id-1', 0)
    expect(outbox.requeue('id-1')).toBeUndefined()
    row.state = 'failed'
    expect(outbox.unsent()).toBe(0)
    expect(outbox.requeue('id-1')).toMatchObject({ clientMessageId: 'id-1', clientSeq: 2, state: 'queued' })
  })
})

describe('the end of an attempt', () => {
  it('is unknown when nothing was heard, and comes again', () => {
    expect(judgeAttempt(false, { kind: 'silence', why: 'timeout' })).toMatchObject({
      happening: 'undecided',
      doubt: true,
      outcome: { kind: 'unknown', why: 'timeout' },
    })
  })
  it('is failed when every attempt was refused for good', () => {
    expect(judgeAttempt(false, refusal('forbidden'))).toMatchObject({ happening: 'refused', outcome: { kind: 'failed', code: 'forbidden' } })
  })
  it('is unknown when a refusal follows an attempt that may have been stored', () => {
    expect(judgeAttempt(true, refusal('forbidden'))).toMatchObject({ happening: 'refused', outcome: { kind: 'unknown', why: 'forbidden' } })
  })
  it('is told to nobody when refused for the moment, and waits as asked', () => {
    expect(judgeAttempt(false, refusal('rate_limited', 700))).toEqual({ happening: 'undecided', doubt: false, outcome: null, retryAfterMs: 700 })
  })
  it('is in doubt after an error that is not definite', () => {
    expect(judgeAttempt(false, refusal('internal'))).toMatchObject({ happening: 'undecided', doubt: true, outcome: { kind: 'unknown', why: 'internal' } })
  })
})

describe('status', () => {
  it('shows offline before retrying, and retrying only after an attempt', () => {
    expect([shownStatus('queued', 1, false), shownStatus('queued', 1, true), shownStatus('queued', 0, true), shownStatus('sent', 3, false)]).toEqual([
      'offline',
      'retrying',
      'queued',
      'sent',
    ])
  })

  it('never goes back to the outbox once a message is stored', () => {
    const happenings: Happening[] = ['emitted', 'undecided', 'accepted', 'refused', 'delivered', 'read', 'cancelled', 'resent']
    const stored: State[] = ['sent', 'delivered', 'read']
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...happenings), { maxLength: 30 }), (sequence) => {
        let state: State = 'queued'
        for (const happening of sequence) {
          const after = stateAfter(state, happening)
          if (stored.includes(state)) expect(stored.indexOf(after)).toBeGreaterThanOrEqual(stored.indexOf(state))
          state = after
        }
      }),
    )
  })
})
