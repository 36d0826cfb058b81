import { expect, test } from 'vitest'
import type { KillableProcess, NodeExit, RunningNode } from '../../system/cluster/cluster.ts'
import type { Surroundings } from './fault.ts'
import { kill } from './kill.ts'

function nodeOf(name: string, log: string[], signal: NodeJS.Signals | null = 'SIGKILL'): RunningNode {
  const exit: NodeExit = { code: null, signal, atNs: 0n, boot: 1, planned: true }
  const node: RunningNode = {
    name,
    url: new URL('http://127.0.0.1'),
    pid: 4711,
    boot: 1,
    exits: [],
    kill: async () => {
      log.push(`kill ${name}`)
      node.pid = null
      return exit
    },
    pause() {},
    resume() {},
    restart: async () => void log.push(`restart ${name}`),
    drain: () => Promise.resolve(exit),
    ready: async () => void log.push(`ready ${name}`),
    sockets: () => Promise.resolve(0),
  }
  return node
}
const around = (nodes: RunningNode[], workers: RunningNode[] = [], servers: KillableProcess[] = []): Surroundings => {
  const unused = (): Promise<never> => Promise.reject(new Error('a kill touches no link'))
  return {
    links: [],
    nodes,
    workers,
    servers,
    toxiproxy: { version: unused, ensureProxy: unused, setEnabled: unused, addToxic: unused, removeToxic: unused, recreate: unused, closedBytes: unused },
  }
}
const target = { text: 'node-2', nodes: ['node-2'], links: [] }
const signal = new AbortController().signal

test('only the target is killed, and it is ready again once healed', async () => {
  const log: string[] = []
  const fault = await kill.inject(target, {}, around([nodeOf('node-1', log), nodeOf('node-2', log)]), signal)
  expect(await fault.evidence()).toEqual({ bit: true, lines: ['node-2 (boot 1) ended by SIGKILL', 'node-1 answers ready'] })
  await fault[Symbol.asyncDispose]()
  expect(log).toEqual(['kill node-2', 'ready node-1', 'restart node-2', 'ready node-2'])
  expect(fault.heal).toBe('node-2 started again and ready')
})

test('a worker is killed by its name like a node, and the nodes are asked whether they go on', async () => {
  const log: string[] = []
  const fault = await kill.inject({ text: 'scanner', nodes: ['scanner'], links: [] }, {}, around([nodeOf('node-1', log)], [nodeOf('scanner', log)]), signal)
  expect(await fault.evidence()).toEqual({ bit: true, lines: ['scanner (boot 1) ended by SIGKILL', 'node-1 answers ready'] })
  await fault[Symbol.asyncDispose]()
  expect(log).toEqual(['kill scanner', 'ready node-1', 'restart scanner', 'ready scanner'])
})

test('a server that the nodes stand on is killed by its name, and whether they are ready without it is told', async () => {
  const log: string[] = []
  const fault = await kill.inject({ text: 'mongo', nodes: ['mongo'], links: [] }, {}, around([nodeOf('node-1', log)], [], [nodeOf('mongo', log)]), signal)
  expect(await fault.evidence()).toEqual({ bit: true, lines: ['mongo (boot 1) ended by SIGKILL', 'node-1 answers ready'] })
  await fault[Symbol.asyncDispose]()
  expect(log).toEqual(['kill mongo', 'ready node-1', 'restart mongo', 'ready mongo'])
})

test('a node that ended in another way was not bitten', async () => {
  const fault = await kill.inject(target, {}, around([nodeOf('node-2', [], null)]), signal)
  expect(await fault.evidence()).toMatchObject({ bit: false })
})

test('there must be a process to kill', async () => {
  await expect(kill.inject(target, {}, around([]), signal)).rejects.toThrow('node-2 has no process to kill')
})
