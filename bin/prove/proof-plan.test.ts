import { expect, test } from 'vitest'
import { planProof, shortPhases, type ProvedExperiment } from './proof-plan.ts'

const steady: ProvedExperiment = { name: 'steady', faults: [] }
const kill: ProvedExperiment = {
  name: 'node-kill',
  faults: [
    { fault: 'kill', target: { kind: 'node', node: 'random' }, parameters: {}, trigger: { kind: 'phase', phase: 'impact', afterMs: 1000 }, forMs: 4000 },
  ],
}
const request = { mutants: [{ name: 'forgets', experiment: 'node-kill' }], experiments: [steady, kill], trialsPerMutant: 2, nullTrials: 3, seed: 7 }

test('each mutant is tried with its experiment and consecutive seeds; null trials go through all experiments', () => {
  expect(planProof(request).map((trial) => trial.key)).toEqual([
    'forgets/node-kill/7',
    'forgets/node-kill/8',
    'sound/steady/7',
    'sound/node-kill/7',
    'sound/steady/8',
  ])
  expect(planProof(request).map((trial) => trial.mutant)).toEqual(['forgets', 'forgets', null, null, null])
})

test('no trial is planned twice', () => {
  const keys = planProof({ ...request, nullTrials: 20 }).map((trial) => trial.key)
  expect(new Set(keys).size).toBe(keys.length)
})

test('the impact is long enough for the faults, and no longer', () => {
  expect(shortPhases(steady, 6000)).toContain('phases.impact=4000ms')
  expect(shortPhases(kill, 6000)).toContain('phases.impact=7000ms')
  expect(shortPhases(kill, 6000)).toContain('phases.settle=6000ms')
})

test('a mutant that shows late has so much longer an impact', () => {
  const settings = planProof({ ...request, mutants: [{ name: 'lingers', experiment: 'node-kill', showsAfterMs: 20_000 }] }).map((trial) => trial.settings[2])
  expect(settings).toEqual(['phases.impact=25000ms', 'phases.impact=25000ms', 'phases.impact=4000ms', 'phases.impact=7000ms', 'phases.impact=4000ms'])
  expect(shortPhases(steady, 6000, 20_000)).toContain('phases.impact=20000ms')
})

test('a mutant without its experiment is refused', () => {
  expect(() => planProof({ ...request, mutants: [{ name: 'lost', experiment: 'nowhere' }] })).toThrow('mutant lost names experiment nowhere')
})
