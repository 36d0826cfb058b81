import { z } from 'zod'
import { expect, test } from 'vitest'
import type { RunningNode } from '../system/cluster/cluster.ts'
import type { ToxiproxyControl } from '../system/components/toxiproxy-control.ts'
import type { ListedFault, Surroundings } from './faults/fault.ts'
import type { Step } from './plan.ts'
import { runSchedule, type Schedule, type ScheduleOptions } from './schedule.ts'

const cut: Step = {
  index: 0,
  fault: 'cut',
  parameters: {},
  target: { choice: 'fixed', text: 'node-1->redis', links: ['node-1->redis'], nodes: [] },
  trigger: { kind: 'phase', phase: 'impact', afterMs: 1000 },
  forMs: 8000,
  permanent: false,
  text: '',
}

/** A clock that moves only when somebody sleeps, and a fault that notes what happens to it. */
function world(steps: readonly Step[], change: Partial<ScheduleOptions> & { bit?: boolean; injectFails?: string; healFails?: string } = {}) {
  const log: string[] = []
  let nowMs = 0
  const unused = (): Promise<never> => Promise.reject(new Error('not part of this test'))
  const toxiproxy: ToxiproxyControl = {
    version: unused,
    ensureProxy: unused,
    setEnabled: unused,
    addToxic: unused,
    removeToxic: unused,
    recreate: unused,
    closedBytes: unused,
  }
  const node = (name: string, sockets: number): RunningNode => ({
    name,
    url: new URL('http://127.0.0.1'),
    pid: 1,
    boot: 1,
    exits: [],
    kill: unused,
    pause() {},
    resume() {},
    restart: unused,
    drain: unused,
    ready: unused,
    sockets: () => Promise.resolve(sockets),
  })
  const surroundings: Surroundings = { links: [], nodes: [node('node-1', 20), node('node-2', 31), node('node-3', 9)], workers: [], servers: [], toxiproxy }
  const faultOf = (name: string): ListedFault => ({
    name,
    summary: '',
    targets: 'links',
    parameters: z.strictObject({}),
    permanentWithoutFor: false,
    async inject(target) {
      if (change.injectFails !== undefined) throw new Error(change.injectFails)
      log.push(`${nowMs} inject ${name} ${target.text}`)
      return {
        heal: 'answered',
        evidence: () => {
          log.push(`${nowMs} evidence`)
          return Promise.resolve({ bit: change.bit ?? true, lines: ['1 of 1 refused'] })
        },
        async [Symbol.asyncDispose]() {
          if (change.healFails !== undefined) throw new Error(change.healFails)
          log.push(`${nowMs} heal ${name}`)
        },
      }
    },
  })
  const sleepers: { atMs: number; wake(): void }[] = []
  const schedule: Schedule = runSchedule(steps, {
    surroundings,
    nowMs: () => nowMs,
    phaseStartMs: 0,
    acked: () => new Promise(() => {}),
    signal: new AbortController().signal,
    faultOf,
    onInjected: (index, name) => log.push(`injected ${index} ${name}`),
    onHealed: (index, name) => log.push(`healed ${index} ${name}`),
    sleep: (ms) => new Promise((wake) => sleepers.push({ atMs: nowMs + ms, wake })),
    ...change,
  })
  const passed = async (ms: number): Promise<void> => {
    const untilMs = nowMs + ms
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve))
      const next = sleepers.toSorted((left, right) => left.atMs - right.atMs)[0]
      if (next === undefined || next.atMs > untilMs) break
      sleepers.splice(sleepers.indexOf(next), 1)
      nowMs = next.atMs
      next.wake()
    }
    nowMs = untilMs
  }
  return { schedule, log, passed }
}

test('a fault begins after its time in the phase, is asked for its evidence and healed after its duration', async () => {
  const { schedule, log, passed } = world([cut])
  await passed(20_000)
  expect(log).toEqual(['1000 inject cut node-1->redis', 'injected 0 cut node-1->redis', '8000 evidence', '9000 heal cut', 'healed 0 cut node-1->redis'])
  expect(await schedule.done).toEqual([
    {
      fault: 'cut',
      target: 'node-1->redis',
      injectedAtMs: 1000,
      healedAtMs: 9000,
      bit: true,
      evidence: ['1 of 1 refused'],
      heal: 'answered',
      divergence: null,
      permanent: false,
    },
  ])
})

test('finishing heals what is active in reverse order and says that it came early', async () => {
  const { schedule, log, passed } = world([cut, { ...cut, index: 1, fault: 'stall', trigger: { kind: 'phase', phase: 'impact', afterMs: 2000 }, forMs: null }])
  await passed(5000)
  await schedule.finish()
  expect(log.filter((line) => line.includes(' heal '))).toEqual(['5000 heal stall', '5000 heal cut'])
  expect((await schedule.done).map((record) => record.divergence)).toEqual(['healed 4000 ms before its time: the schedule was ended', null])
})

test('a fault without a duration lasts until the schedule is finished', async () => {
  const { schedule, log, passed } = world([{ ...cut, forMs: null }])
  await passed(12_000)
  expect(log).not.toContain('12000 heal cut')
  await schedule.finish()
  expect(await schedule.done).toMatchObject([{ healedAtMs: 12_000, divergence: null }])
})

test('a trigger that never comes is a divergence, and the fault did not bite', async () => {
  const { schedule, passed } = world([{ ...cut, trigger: { kind: 'acked', count: 500, room: 'room-3' } }])
  await passed(5000)
  await schedule.finish()
  expect(await schedule.done).toMatchObject([{ bit: false, divergence: 'never injected: ack 500 in room-3 did not come before the schedule was ended' }])
})

test('the Nth ack of a room triggers a fault', async () => {
  const asked: unknown[] = []
  const { log, passed } = world([{ ...cut, trigger: { kind: 'acked', count: 500, room: 'room-3' } }], {
    acked: (...what) => Promise.resolve(void asked.push(what)),
  })
  await passed(1)
  expect(asked).toEqual([[500, 'room-3']])
  expect(log[0]).toBe('0 inject cut node-1->redis')
})

test('a phase that begins later is waited for', async () => {
  const { schedule, log, passed } = world([{ ...cut, trigger: { kind: 'phase', phase: 'steady', afterMs: 500 } }])
  await passed(3000)
  schedule.phase('steady', 3000)
  await passed(1000)
  expect(log[0]).toBe('3500 inject cut node-1->redis')
})

test('a fault that comes late says how late', async () => {
  const { schedule, passed } = world([{ ...cut, trigger: { kind: 'phase', phase: 'warmup', afterMs: 0 } }])
  await passed(900)
  schedule.phase('warmup', 0)
  await passed(9000)
  expect(await schedule.done).toMatchObject([{ divergence: 'injected 900 ms later than planned' }])
})

test('a failed injection, a fault that did not bite and a failed heal are told in the record', async () => {
  const failed = world([cut], { injectFails: 'toxiproxy: HTTP 404' })
  await failed.passed(20_000)
  expect(await failed.schedule.done).toMatchObject([{ bit: false, healedAtMs: 1000, divergence: 'could not be injected: toxiproxy: HTTP 404' }])
  const toothless = world([cut], { bit: false })
  await toothless.passed(20_000)
  expect(await toothless.schedule.done).toMatchObject([{ bit: false, healedAtMs: 9000, divergence: null }])
  const stuck = world([cut], { healFails: 'still refused' })
  await stuck.passed(20_000)
  expect(await stuck.schedule.done).toMatchObject([{ bit: true, healedAtMs: null, heal: null, divergence: 'not healed: still refused' }])
})

test('a permanent fault keeps its evidence and is left as it is', async () => {
  const { schedule, log, passed } = world([{ ...cut, fault: 'kill', forMs: null, permanent: true }])
  await passed(5000)
  await schedule.finish()
  expect(log.some((line) => line.includes('heal'))).toBe(false)
  expect(await schedule.done).toMatchObject([{ bit: true, permanent: true, healedAtMs: null, divergence: null }])
})

test('most-sockets is the node that has most of them when the fault begins', async () => {
  const { schedule, passed } = world([{ ...cut, target: { choice: 'most-sockets', text: 'most-sockets' } }])
  await passed(20_000)
  expect(await schedule.done).toMatchObject([{ target: 'node-2 (most sockets: 31)' }])
})

test('an aborted run is healed like a finished one', async () => {
  const abort = new AbortController()
  const { schedule, log, passed } = world([cut], { signal: abort.signal })
  await passed(5000)
  abort.abort(new Error('Ctrl-C'))
  await schedule.done
  expect(log).toContain('5000 heal cut')
})
