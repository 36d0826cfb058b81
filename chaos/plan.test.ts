import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { adapterClassic } from '../system/cluster/topologies/adapter-classic.ts'
import { linkNames, nodeNames, serverNames, workerNames } from '../system/cluster/topologies/topology.ts'
import type { FaultSpecification } from './experiment.ts'
import { plan, proxiedLinks } from './plan.ts'
import type { Shape, TargetSelector } from './targets.ts'

const shape: Shape = {
  links: linkNames(adapterClassic, ['office', 'mobile'], false),
  nodes: nodeNames(adapterClassic),
  workers: [],
  servers: serverNames,
  cohorts: ['office', 'mobile'],
}
const specification = (fault: string, target: TargetSelector, more: Partial<FaultSpecification> = {}): FaultSpecification => ({
  fault,
  target,
  parameters: {},
  trigger: { kind: 'phase', phase: 'impact', afterMs: 1000 },
  forMs: 8000,
  ...more,
})
const killAny = specification('kill', { kind: 'node', node: 'random' })

test('the same experiment and seed give the same plan', () => {
  const selectors = fc.constantFrom<TargetSelector>(
    { kind: 'node', node: 'random' },
    { kind: 'node', node: 'node-2' },
    { kind: 'link', pattern: 'node-*->redis' },
    { kind: 'cohort', cohort: 'mobile' },
  )
  const experiments = fc.array(
    selectors.map((target) => specification('cut', target)),
    { maxLength: 8 },
  )
  fc.assert(
    fc.property(experiments, fc.nat(), (faults, seed) => {
      expect(plan({ faults }, seed, shape)).toEqual(plan({ faults }, seed, shape))
    }),
  )
})

test('one more fault changes nothing of those before it', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const [first] = plan({ faults: [killAny] }, seed, shape)
      expect(plan({ faults: [killAny, killAny] }, seed, shape)[0]).toEqual(first)
    }),
  )
})

test('over the seeds a random kill falls on every node', () => {
  const victims = new Set(Array.from({ length: 50 }, (_, seed) => plan({ faults: [killAny] }, seed, shape)[0]?.target.text))
  expect(victims).toEqual(new Set(['node-1 (random)', 'node-2 (random)', 'node-3 (random)']))
})

test('a pattern stands for every link that it matches', () => {
  const [step] = plan({ faults: [specification('cut', { kind: 'link', pattern: 'node-*->redis' })] }, 1, shape)
  expect(step).toMatchObject({
    text: 'cut node-*->redis for 8s at impact + 1s',
    target: { choice: 'fixed', links: ['node-1->redis', 'node-2->redis', 'node-3->redis'] },
  })
})

test('a node as target of a link fault means all its links', () => {
  const [step] = plan({ faults: [specification('cut', { kind: 'node', node: 'node-2' })] }, 1, shape)
  expect(step?.target).toMatchObject({ links: ['node-2->redis', 'node-2->mongo', 'node-2->store', 'balancer->node-2'] })
})

test('most-sockets stays open until the fault is injected', () => {
  expect(plan({ faults: [specification('kill', { kind: 'node', node: 'most-sockets' })] }, 1, shape)[0]?.target).toEqual({
    choice: 'most-sockets',
    text: 'most-sockets',
  })
})

test('all targets that the cluster does not have are named at once', () => {
  const faults = [
    specification('cut', { kind: 'link', pattern: 'node-9->redis' }),
    specification('kill', { kind: 'node', node: 'node-7' }),
    specification('throttle', { kind: 'cohort', cohort: 'moon' }),
  ]
  expect(() => plan({ faults }, 1, shape)).toThrow(
    /faults\.0\.cut: no link matches "node-9->redis".*\n.*faults\.1\.kill: no node is called "node-7".*\n.*faults\.2\.throttle: no cohort is called "moon"; there are office, mobile/,
  )
})

test('a worker is a target by its name where there is one, and never by chance', () => {
  const withFiles: Shape = { ...shape, links: linkNames(adapterClassic, shape.cohorts, true), workers: workerNames(true) }
  const killed = specification('kill', { kind: 'node', node: 'scanner' })
  expect(plan({ faults: [killed] }, 1, withFiles)[0]?.target).toMatchObject({
    nodes: ['scanner'],
    links: ['scanner->clamd', 'scanner->store', 'scanner->mongo'],
  })
  expect(() => plan({ faults: [killed] }, 1, shape)).toThrow('no node is called "scanner"; there are node-1, node-2, node-3, redis, mongo')
  for (let seed = 0; seed < 50; seed++) expect(plan({ faults: [killAny] }, seed, withFiles)[0]?.target.text).not.toContain('scanner')
})

test('only a kill without a duration is for good', () => {
  const lasting = plan(
    {
      faults: [
        specification('kill', { kind: 'node', node: 'node-1' }, { forMs: null }),
        specification('cut', { kind: 'link', pattern: 'node-1->redis' }, { forMs: null }),
      ],
    },
    1,
    shape,
  )
  expect(lasting.map((step) => step.permanent)).toEqual([true, false])
  expect(lasting.map((step) => step.text)).toEqual(['kill node-1 for good at impact + 1s', 'cut node-1->redis to the end of impact at impact + 1s'])
})

test('only link faults need proxies, and a random node may be any', () => {
  const faults = [killAny, specification('cut', { kind: 'node', node: 'random' }), specification('stall', { kind: 'cohort', cohort: 'office' })]
  expect(proxiedLinks({ faults })).toEqual(['node-*->*', '*->node-*', 'office->balancer'])
})
