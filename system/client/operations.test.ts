import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../protocol.ts'
import { createAlarms } from './alarms.ts'
import { createChanges } from './changes.ts'
import { createOperations } from './operations.ts'
import type { Operations } from './operations.ts'
import { defaultSettings } from './settings.ts'
import { createVerbs } from './verbs.ts'

const done = { ok: true, id: 'm', seq: 7, epoch: 'e', duplicate: false } as const
const refused = (code: ErrorCode) => ({ ok: false, error: { code, message: code } }) as const

/** Operations on a node that answers as scripted; the last answer stays. `silence`: none within the deadline. */
function scripted(answers: readonly (object | 'silence')[], operationMs = 2_000): { operations: Operations; asked: object[]; restarts: string[] } {
  const asked: object[] = []
  const restarts: string[] = []
  const alarms = createAlarms()
  const operations = createOperations({
    connection: {
      // The script says what a node would answer to this event.
      async request(_event, payload) {
        const answer = answers[Math.min(asked.length, answers.length - 1)]
        asked.push(payload)
        if (answer === 'silence' || answer === undefined) throw new Error('operation has timed out')
        return JSON.parse(JSON.stringify(answer))
      },
      restart: (reason) => void restarts.push(reason),
    },
    changes: createChanges(),
    alarms,
    settings: { ...defaultSettings, backoffFirstMs: 1, backoffLimitMs: 4, operationMs },
    random: Math.random,
    now: Date.now,
    synced: () => true,
    pending: () => 'nothing',
  })
  return { operations, asked, restarts }
}
const edit = (operations: Operations) => createVerbs(operations, () => `operation ${Math.random()}`).edit('r', 'm', 'text')

describe('operations', () => {
  it('ask again with the same operationId until the outcome is known', async () => {
    const { operations, asked } = scripted(['silence', refused('unavailable'), refused('rate_limited'), done])
    expect(await edit(operations)).toEqual({ kind: 'ok', id: 'm', seq: 7, epoch: 'e', duplicate: false })
    expect(asked).toHaveLength(4)
    expect(new Set(asked.map((request) => JSON.stringify(request))).size).toBe(1)
  })

  it('have failed when they were refused for good, and are unknown when an earlier attempt may have been carried out', async () => {
    expect(await edit(scripted([refused('rate_limited'), refused('forbidden')]).operations)).toEqual({ kind: 'failed', code: 'forbidden', retryable: false })
    expect(await edit(scripted(['silence', refused('forbidden')]).operations)).toEqual({ kind: 'unknown', why: 'operation has timed out, then forbidden' })
  })

  it('end at the deadline: unknown after silence, failed and retryable when every attempt was refused for the moment', async () => {
    expect(await edit(scripted(['silence'], 30).operations)).toEqual({ kind: 'unknown', why: 'operation has timed out' })
    expect(await edit(scripted([refused('rate_limited')], 30).operations)).toEqual({ kind: 'failed', code: 'rate_limited', retryable: true })
  })

  it('ask for a kick until it is done, and say so when it is pending at the deadline', async () => {
    const pending = { ...done, state: 'pending' }
    const { operations, asked } = scripted([pending, 'silence', pending, { ...done, state: 'done', duplicate: true }])
    expect(await createVerbs(operations, () => 'one').kick('r', 'bob')).toMatchObject({ kind: 'ok', state: 'done' })
    expect(asked).toEqual(Array.from({ length: 4 }, () => ({ room: 'r', operationId: 'one', userId: 'bob' })))
    expect(await createVerbs(scripted([pending], 30).operations, () => 'two').ban('r', 'bob', { banned: true })).toMatchObject({ kind: 'ok', state: 'pending' })
  })

  it('connect anew, with another token, when the present one has ended', async () => {
    const { operations, restarts } = scripted([refused('token_expired'), done])
    expect(await edit(operations)).toMatchObject({ kind: 'ok' })
    expect(restarts).toEqual(['token expired'])
  })

  it('try once only when they are worth nothing later', async () => {
    const { operations, asked } = scripted(['silence'])
    expect(await operations.once('typing', { room: 'r', typing: true })).toMatchObject({ kind: 'unknown' })
    expect(asked).toHaveLength(1)
  })
})
