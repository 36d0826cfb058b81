import { expect, test } from 'vitest'
import type { Source } from './component.ts'
import { programOf } from './launch.ts'
import { components, describeTried, findComponent } from './table.ts'
import { sumCounter } from './toxiproxy-control.ts'

const quiet = { install: true, urls: {}, progress: () => undefined, environment: {} }
const failing: Source = { name: 'PATH', installs: false, find: async () => ({ kind: 'unavailable', why: 'no redis-server', fix: 'brew install redis' }) }
const serving: Source = {
  name: 'apt',
  installs: true,
  find: async () => ({ kind: 'program', path: '/usr/bin/redis-server', version: '7.0.15', source: 'apt', standIn: null }),
}

test('each component is in the table under its own name', () => {
  for (const [name, component] of Object.entries(components)) expect(component.name).toBe(name)
})

test('the first source that serves is taken', async () => {
  expect(await findComponent({ name: 'redis', sources: [failing, serving] }, quiet)).toMatchObject({ source: 'apt', version: '7.0.15' })
})

test('a URL that the user gave is the only source asked', async () => {
  const url: Source = { name: 'URL', installs: false, find: async () => ({ kind: 'unavailable', why: 'db:1 does not answer', fix: null }) }
  await expect(findComponent({ name: 'redis', sources: [url, serving] }, { ...quiet, urls: { redis: 'redis://db:1' } })).rejects.toThrow(/db:1 does not answer/)
})

test('the error lists every source, why not, and the fix', () => {
  expect(
    describeTried('redis', [
      { source: 'URL', why: 'none given', fix: null },
      { source: 'PATH', why: 'no redis-server', fix: 'brew install redis' },
    ]),
  ).toBe('no redis to run with; tried:\n  URL   none given\n  PATH  no redis-server\n        fix: brew install redis')
})

test('a source that throws counts as one that cannot serve', async () => {
  const broken: Source = {
    name: 'cache',
    installs: false,
    find: async () => {
      throw new Error('disk is gone')
    },
  }
  await expect(findComponent({ name: 'redis', sources: [broken] }, quiet)).rejects.toThrow(/cache {2}disk is gone/)
})

test('an image runs on the host network, labelled with the run, in the folder of its component', () => {
  const found = { kind: 'image', image: 'redis:7', version: '7', source: 'Docker', standIn: null } as const
  const program = programOf(found, { name: 'redis', args: ['redis-server', '--port', '12345'] }, { folder: '/runs/1/redis', runId: 'r1' }, '1000:1000')
  expect([program.command, ...program.args].join(' ')).toBe(
    'docker run --rm --name shakedown-r1-redis --network host --label shakedown.run=r1 ' +
      '--volume /runs/1/redis:/runs/1/redis --workdir /runs/1/redis --user 1000:1000 redis:7 redis-server --port 12345',
  )
})

test('byte counters are summed over both directions of one proxy', () => {
  const metrics =
    '# TYPE a counter\na{direction="downstream",proxy="node-1->redis"} 10\na{direction="upstream",proxy="node-1->redis"} 5\na{direction="upstream",proxy="node-2->redis"} 7\nab{proxy="node-1->redis"} 1\n'
  expect(sumCounter(metrics, 'a', 'node-1->redis')).toBe(15)
})
