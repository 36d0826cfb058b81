import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { guarantees } from '../checks/clean-history.ts'
import { examineAll } from '../checks/table.ts'
import type { History } from '../history/history.ts'
import { statuses } from '../history/codes.ts'
import { kinds } from '../history/kinds.ts'
import { temporaryFolder } from '../history/test-run.ts'
import { writeHistoryAsRun } from '../history/write-run.ts'
import { createHistoryWriter } from '../history/writer.ts'
import { cleanRun } from '../mutators/clean-run.ts'
import { plant } from '../mutators/measure.ts'
import { mutators } from '../mutators/table.ts'
import { createOnlineJudge, graceMs, type OnlineViolation } from './judge.ts'
import { Tail } from './tail.ts'
import { onlineChecks } from './table.ts'
import { FirstViolation, watchHistory } from './watch.ts'

const clean = cleanRun({ rooms: 4, clients: 12, messages: 1200, odd: 4 })

/** What is found in a run whose rows have all been flushed. */
function judged(history: History): OnlineViolation | null {
  const folder = join(temporaryFolder(), 'run')
  mkdirSync(folder)
  writeHistoryAsRun(folder, history)
  const judge = createOnlineJudge(history.clients)
  new Tail(join(folder, 'history'), judge.names).read((row) => {
    judge.take(row, 0)
  })
  return judge.violation(graceMs)
}

test('a sound run is accused of nothing', () => {
  expect(judged(clean)).toBeNull()
})

describe.each(mutators.flatMap((mutator) => mutator.ways.map((way) => ({ name: mutator.name, way }))))('$name: $way.does', ({ name, way }) => {
  const mutated = plant(clean, { name, ways: [way] }, { count: 1, seed: 5 }).history
  const found = judged(mutated)
  const offline = examineAll(mutated, guarantees).filter((check) => check.verdict === 'invalid')

  test('what is accused while the run goes on is violated in the closed run, too', () => {
    const judgedBoth = onlineChecks.some((check) => check.name === found?.check) && examineAll(clean, guarantees).some((check) => check.name === found?.check)
    if (found !== null && judgedBoth) expect(offline.map((check) => check.name)).toContain(found.check)
  })

  const live = way.must.filter((check) => ['applied-once', 'intact', 'access'].includes(check))
  if (live.length > 0)
    test('it is seen at once', () => {
      expect(live).toContain(found?.check)
    })
})

describe('rows of a run that goes on', () => {
  function openRun() {
    const folder = join(temporaryFolder(), 'history')
    const open = (writer: string) => createHistoryWriter({ folder, writer, originNs: 1n })
    return { folder, one: open('load-1'), two: open('load-2') }
  }
  const clients = [0, 1].map((number) => ({ number, user: `user-${number}`, device: 'laptop', cohort: 'office', role: 'member', rooms: ['room-a'] }))
  const message = 3

  test('a file is read from where the last reading ended, and half a batch is left for the next', () => {
    const { folder, one } = openRun()
    const judge = createOnlineJudge(clients)
    const tail = new Tail(folder, judge.names)
    const seqs: number[] = []
    const read = () => {
      tail.read((row) => seqs.push(row.seq))
      return seqs.splice(0)
    }
    expect(read()).toEqual([])
    one.row(1, 0, 1, one.name('room-a'), kinds.delivery.code, 7, message, 1, 1, 9)
    one.flush()
    expect(read()).toEqual([1])
    const whole = openRun()
    whole.one.row(1, 0, 1, whole.one.name('room-b'), kinds.delivery.code, 7, message, 2, 1, 9)
    whole.one.close()
    const bytes = readFileSync(join(whole.folder, 'load-1.rows.arrow'))
    const schemaBytes = 8 + bytes.readInt32LE(4)
    const path = join(folder, 'load-1.rows.arrow')
    appendFileSync(path, bytes.subarray(schemaBytes, schemaBytes + 100))
    expect(read()).toEqual([])
    appendFileSync(path, bytes.subarray(schemaBytes + 100, -8))
    expect(read()).toEqual([2])
  })

  test('a message that another worker tells of later is no phantom, unless it never does', () => {
    const { folder, one, two } = openRun()
    const judge = createOnlineJudge(clients)
    const tail = new Tail(folder, judge.names)
    const read = (nowMs: number) => {
      tail.read((row) => {
        judge.take(row, nowMs)
      })
    }
    two.row(2, 1, 1, two.name('room-a'), kinds.delivery.code, 7, message, 1, 1, 9)
    two.flush()
    read(0)
    expect(judge.violation(graceMs - 1)).toBeNull()
    one.row(1, 0, 1, one.name('room-a'), kinds.intended.code, 0, message, -1, 1, 9)
    one.row(1, 0, 1, one.name('room-a'), kinds.invoked.code, 0, message, 1, -1, one.name('id'))
    one.flush()
    read(graceMs - 1)
    expect(judge.violation(graceMs)).toBeNull()
    two.row(3, 1, 1, two.name('room-a'), kinds.delivery.code, 7, message + 1, 2, 2, 9)
    two.flush()
    read(2 * graceMs)
    expect(judge.violation(3 * graceMs)).toEqual({
      check: 'no-phantom',
      why: 'a message is seen that no client of the run sent to that room',
      client: 1,
      room: 'room-a',
      atNs: 3,
    })
  })

  test('a client that is out gets nothing more, and one that joined again does', () => {
    const judge = createOnlineJudge(clients)
    const row = { atNs: 1, client: 0, room: judge.names.idOf('room-a'), layer: 1, message: -1, rev: 1, value: 0 }
    judge.take({ ...row, kind: kinds.left.code, seq: 5 }, 0)
    judge.take({ ...row, kind: kinds.delivery.code, seq: 4 }, 0)
    expect(judge.violation(0)).toBeNull()
    judge.take({ ...row, kind: kinds.joined.code, seq: 9 }, 0)
    judge.take({ ...row, kind: kinds.delivery.code, seq: 10 }, 0)
    expect(judge.violation(0)).toBeNull()
    judge.take({ ...row, kind: kinds.left.code, seq: 11 }, 0)
    judge.take({ ...row, kind: kinds.delivery.code, seq: 12 }, 0)
    expect(judge.violation(0)).toMatchObject({ check: 'access', why: 'seq 12 reaches a client that was out at seq 11' })
  })

  test('the watch aborts within a second of the row that shows an illegal status', async () => {
    const { folder, one } = openRun()
    using watch = watchHistory(folder, clients)
    one.startFlushing()
    const aborted = new Promise<void>((resolve) => {
      watch.signal.addEventListener('abort', () => resolve(), { once: true })
    })
    const startedMs = performance.now()
    one.row(1, 0, 1, one.name('room-a'), kinds.status.code, 0, message, -1, -1, statuses.read)
    await aborted
    expect(performance.now() - startedMs).toBeLessThan(1000)
    expect(watch.signal.reason).toBeInstanceOf(FirstViolation)
    expect((watch.signal.reason as Error).message).toBe('status-legal violated at 0.000 s by client 0 in room-a: nothing -> read is no legal step')
    one.close()
  })
})
