import { expect, test, vi } from 'vitest'
import type { ClientAssignment, Progress } from './control-messages.ts'
import { startControlServer, type ControlServer } from './control-server.ts'
import { connectControl } from './control-worker.ts'
import { noProgress } from './progress.ts'

const assignments: ClientAssignment[] = Array.from({ length: 5 }, (_, number) => ({
  number,
  user: `user-${number + 1}`,
  device: `device-${number + 1}`,
  token: 't',
  url: 'http://u',
  cohort: 'office',
  role: 'talker',
  rooms: ['room-1'],
  seed: number,
}))
const start = (): Promise<ControlServer> =>
  startControlServer({ originNs: 1_000n, historyFolder: '/runs/1/history', driver: 'reference', mutant: null, seed: 7, assignments })

test('a worker is welcomed with what it needs', async () => {
  await using server = await start()
  expect(server.path.length).toBeLessThan(100)
  const worker = await connectControl(server.path, 'load-1', 1, 1000)
  expect(await worker.welcomed).toEqual({ type: 'welcome', originNs: '1000', historyFolder: '/runs/1/history', driver: 'reference', mutant: null, seed: 7 })
})

test('each client is handed out once, in order, over all workers, and then none', async () => {
  await using server = await start()
  const workers = await Promise.all(['load-1', 'load-2'].map((name) => connectControl(server.path, name, 1, 1000)))
  await expect(server.allAssigned(20)).rejects.toThrow('waited 20 ms for all clients to be handed out: 0 of 5 are, to 2 workers')
  const given = await Promise.all(Array.from({ length: 7 }, (_, ask) => workers[ask % 2]!.assign(1000)))
  await server.allAssigned(1000)
  expect(given.flatMap((client) => (client ? [client.number] : [])).toSorted((left, right) => left - right)).toEqual([0, 1, 2, 3, 4])
  expect(given.filter((client) => client === null)).toHaveLength(2)
})

test('progress of several workers is one, the latest of each', async () => {
  await using server = await start()
  const [first, second] = await Promise.all(['load-1', 'load-2'].map((name) => connectControl(server.path, name, 1, 1000)))
  const progress = (part: Partial<Progress>): Progress => ({ ...noProgress, ...part })
  first?.progress(progress({ connected: 1, acked: 1, pending: 'old' }))
  first?.progress(progress({ connected: 2, arrived: 1, acked: 10, ackP99Ms: 5, lagMs: 3 }))
  second?.progress(progress({ connected: 3, arrived: 3, acked: 20, ackP99Ms: 7, lagMs: 1, pending: 'user-4: outbox 1' }))
  await vi.waitFor(() => expect(server.progress().connected).toBe(5))
  expect(server.progress()).toMatchObject({ acked: 30, ackP99Ms: 7, deliveryP99Ms: null, lagMs: 3, pending: 'user-4: outbox 1' })
  expect(server.pending()).toBe('5 of 5 clients not yet handed out')
  for (const _ of assignments) await first?.assign(1000)
  expect(server.pending()).toBe('user-4: outbox 1')
  await expect(server.allArrived(20)).rejects.toThrow('5 of 5 clients are connected and 4 have joined: waited')
  first?.progress(progress({ connected: 1, arrived: 2 }))
  await server.allArrived(1000)
})

test('acks are waited for over all workers, in all rooms or in one, and the deadline says how many there were', async () => {
  await using server = await start()
  const [first, second] = await Promise.all(['load-1', 'load-2'].map((name) => connectControl(server.path, name, 1, 1000)))
  const acked = (ackedByRoom: Record<string, number>): Progress => ({
    ...noProgress,
    acked: Object.values(ackedByRoom).reduce((sum, count) => sum + count, 0),
    ackedByRoom,
  })
  await server.acked(0, null, 1000)
  const reached: string[] = []
  const all = server.acked(10, null, 5000).then(() => reached.push('all'))
  const inRoom = server.acked(6, 'room-1', 5000).then(() => reached.push('room-1'))
  first?.progress(acked({ 'room-1': 3, 'room-2': 3 }))
  await vi.waitFor(() => expect(server.progress().acked).toBe(6))
  await expect(server.acked(7, null, 20)).rejects.toThrow('waited 20 ms for 7 acks: there were 6')
  await expect(server.acked(4, 'room-1', 20)).rejects.toThrow('waited 20 ms for 4 acks in room-1: there were 3')
  await expect(server.acked(1, 'room-9', 20)).rejects.toThrow('waited 20 ms for 1 acks in room-9: there were 0')
  second?.progress(acked({ 'room-1': 2, 'room-2': 2 }))
  await all
  expect(reached).toEqual(['all'])
  second?.progress(acked({ 'room-1': 3, 'room-2': 2 }))
  await inRoom
})

test('phases and the end reach each worker, one that comes late too', async () => {
  await using server = await start()
  const early = await connectControl(server.path, 'load-1', 1, 1000)
  server.phase('warmup', 2_001_000n, 4000)
  server.end()
  const late = await connectControl(server.path, 'load-2', 1, 1000)
  for (const worker of [early, late]) {
    await worker.whenEnded
    expect(worker.phases).toEqual([{ name: 'warmup', startNs: 2_000_000, endNs: 4_002_000_000 }])
  }
})

test('problems and closed files are gathered; a worker that leaves without closing is a problem', async () => {
  await using server = await start()
  const [tidy, hasty] = await Promise.all(['load-1', 'load-2'].map((name) => connectControl(server.path, name, 1, 1000)))
  tidy?.problem(3, 'login: waited 20 ms')
  tidy?.closed([{ name: 'load-1.arrow', rows: 9 }])
  await vi.waitFor(() => expect(server.closedFiles).toEqual([{ name: 'load-1.arrow', rows: 9 }]))
  await expect(server.allClosed(20)).rejects.toThrow('load-2 did not')
  tidy?.close()
  hasty?.close()
  await vi.waitFor(() =>
    expect(server.problems.map((problem) => problem.text)).toEqual(['login: waited 20 ms', 'worker load-2 left without closing its history files']),
  )
})

test('a worker whose run is gone ends; one without a run says so', async () => {
  const server = await start()
  const worker = await connectControl(server.path, 'load-1', 1, 1000)
  await server[Symbol.asyncDispose]()
  await worker.whenEnded
  await expect(connectControl(server.path, 'load-2', 1, 1000)).rejects.toThrow('no control socket')
})
