import { describe, expect, test } from 'vitest'
import { renderDetection } from './detection.ts'
import { broken, judged, readTrials, type FinishedTrial } from './finished-trial.ts'
import { planProof } from './proof-plan.ts'
import { progressLine } from './progress.ts'
import { tally } from './tally.ts'

const mutants = [
  { name: 'loses', breaks: 'a message is lost', caughtBy: ['delivered-to-all'], experiment: 'steady' },
  { name: 'doubles', breaks: 'a message is stored twice', caughtBy: ['stored-once'], experiment: 'steady' },
]
const planned = planProof({ mutants, experiments: [{ name: 'steady', faults: [] }], trialsPerMutant: 1, nullTrials: 2, seed: 1 })
const [loses, doubles, first, second] = planned
const result = (verdict: 'valid' | 'invalid' | 'unknown', checks: Record<string, 'valid' | 'invalid' | 'unknown'>) => ({
  verdict,
  checks: Object.entries(checks).map(([name, found]) => ({ name, verdict: found })),
})
const told = (...trials: FinishedTrial[]) => new Map(trials.map((trial) => [trial.key, trial]))
const valid = result('valid', { 'stored-once': 'valid' })
const sound = [judged(first!, valid, 30), judged(second!, valid, 30)]
const caught = [
  judged(loses!, result('invalid', { 'delivered-to-all': 'invalid', recovery: 'invalid' }), 31),
  judged(doubles!, result('invalid', { 'stored-once': 'invalid' }), 31),
]

describe('a proof', () => {
  test('holds when each mutant is caught by its check and no sound run is accused', () => {
    const all = tally(mutants, planned, told(...caught, ...sound))
    expect(all.proved).toBe(true)
    expect(all.mutants.map((row) => [row.verdict, row.caught, row.also])).toEqual([
      ['caught', 1, ['recovery']],
      ['caught', 1, []],
    ])
    expect(all.falseAlarmRate).toMatchObject({ falseAlarms: 0, trials: 2, low: 0 })
  })

  test('fails when another check than the named one was invalid', () => {
    const all = tally(mutants, planned, told(caught[0]!, judged(doubles!, result('invalid', { recovery: 'invalid' }), 31), ...sound))
    expect(all.proved).toBe(false)
    expect(all.mutants[1]).toMatchObject({ verdict: 'missed', why: ['seed 1: invalid by recovery'] })
  })

  test('fails when a mutant was not tried, or came to no verdict', () => {
    expect(tally(mutants, planned, told(caught[0]!, ...sound)).mutants[1]).toMatchObject({ verdict: 'missed', why: ['seed 1: not done'] })
    const all = tally(mutants, planned, told(caught[0]!, broken(doubles!, 'no balancer', 2), ...sound))
    expect(all.proved).toBe(false)
    expect(all.mutants[1]?.why).toEqual(['seed 1: no verdict: no balancer'])
  })

  test('fails on a false alarm, and on a sound run without a verdict; unknown accuses nobody', () => {
    const alarm = tally(mutants, planned, told(...caught, sound[0]!, judged(second!, result('invalid', { sequence: 'invalid' }), 30)))
    expect(alarm).toMatchObject({ proved: false, falseAlarmRate: { falseAlarms: 1, trials: 2 }, sound: [{ alarmedBy: ['sequence'] }] })
    expect(tally(mutants, planned, told(...caught, sound[0]!, broken(second!, 'no balancer', 1)))).toMatchObject({
      proved: false,
      falseAlarmRate: { trials: 1 },
    })
    const unknown = tally(mutants, planned, told(...caught, sound[0]!, judged(second!, result('unknown', { recovery: 'unknown' }), 30)))
    expect(unknown).toMatchObject({ proved: true, sound: [{ valid: 1, unknown: 1, falseAlarms: 0 }] })
  })
})

test('the state is read again, without a line that was cut', () => {
  const text = [...caught, ...sound].map((trial) => JSON.stringify(trial)).join('\n')
  expect(readTrials(text)).toEqual(told(...caught, ...sound))
  expect([...readTrials(text.slice(0, -10)).keys()]).toEqual([loses!.key, doubles!.key, first!.key])
})

test('the table calls missed what was missed', () => {
  const proof = { madeAt: '2026-11-24', command: 'npx shakedown prove', versions: { shakedown: '0.1.0' }, verifier: null }
  const text = renderDetection({ ...proof, tally: tally(mutants, planned, told(caught[0]!, ...sound)) })
  expect(text).toContain('## Known bugs, end to end: 1 of 2 caught')
  expect(text).toContain('| loses | a message is lost | steady | `delivered-to-all` | 1 of 1 |')
  expect(text).toContain('**missed**: 0 of 1')
  expect(text).toContain('**missed: doubles** seed 1: not done')
  expect(text).toContain('0 false alarms in 2 runs of the sound chat (0.0 % to 65.8 %)')
})

test('progress tells what was found and how long the rest takes', () => {
  expect(progressLine(caught[0]!, { done: 1, planned: 5, meanSeconds: 30 })).toBe(
    '[1/5] loses in steady, seed 1: invalid by delivered-to-all, recovery (31 s); about 2 min left',
  )
})
