import { expect, test } from 'vitest'
import { changed, guarantees } from '../checks/clean-history.ts'
import { parseHistory } from '../checks/text-history.ts'
import { smallManifest } from '../history/test-run.ts'
import { resultOf } from '../verify.ts'
import { renderTerminal } from './terminal.ts'

function resultFrom(text: string, closed = true, notPlayed: string | null = null) {
  const told = smallManifest({
    closed,
    notPlayed,
    experiment: {
      name: 'redis-drop',
      hypothesis: 'nothing is lost',
      topology: 'adapter-classic',
      scenario: 'steady-chat',
      guarantees,
      thresholds: ['delivery.p99 < 250ms during steady'],
      phases: {},
    },
    components: [{ name: 'mongo', source: 'PyPI', version: '0.5.3', standIn: 'SecantusDB' }],
    replay: 'npx shakedown run redis-drop --seed 7',
  })
  return resultOf(told, parseHistory(text), { writtenAt: '2026-01-01T00:01:00.000Z' })
}

test('a valid run: every check with its population, faults with proof, latencies, recovery and the replay command', () => {
  const text = renderTerminal(resultFrom(changed({})), { colour: false })
  expect(text).toMatch(/^VALID {3}nothing lost/)
  expect(text).toContain('fault  cut node-*->redis')
  expect(text).toContain('bit: probe refused; probe answered')
  expect(text).toContain('3 acked sends and changes: each stored once, as it was acked')
  expect(text).toContain('9 owed deliveries: all applied (by range 2)')
  expect(text).toContain('all caught up 201 ms after the heal')
  expect(text).toContain(
    'connections 2/1 (max/mean 1.33, Gini 0.17)   sends 67/33 % (max/mean 1.33, Gini 0.17)   deliveries 67/33 % (max/mean 1.33, Gini 0.17)   of node-1/node-2',
  )
  expect(text).toContain('stand-in  mongo: SecantusDB')
  expect(text).toContain('again: npx shakedown run redis-drop --seed 7')
  // oxlint-disable-next-line no-control-regex
  expect(text).not.toMatch(/\u001B/)
})

test('a run in which no client could connect tells why, and nothing that was not measured', () => {
  const result = resultFrom(changed({}), false, '0 of 60 clients are connected; the first that gave up: HTTP 400 Session ID unknown')
  expect(result).toMatchObject({ verdict: 'unknown', exitCode: 3 })
  const lines = renderTerminal(result, { colour: false }).split('\n')
  expect(lines.slice(1, 3)).toEqual(['  no load was played: 0 of 60 clients are connected; the first that gave up: HTTP 400 Session ID unknown', ''])
  expect(lines).toHaveLength(4)
})

test('a violation prints its story with times, nodes, fault and locus', () => {
  const result = resultFrom(changed({ without: ['alice gets m2'] }))
  const text = renderTerminal(result, { colour: false })
  expect(result).toMatchObject({ verdict: 'invalid', exitCode: 2 })
  expect(text).toMatch(/^INVALID/)
  expect(text).toContain('✗ delivered-to-all')
  expect(text).toContain('1 of 9 owed deliveries was never applied')
  expect(text).toContain('2.002 s  node-2 commits it as seq 5')
  expect(text).toContain("where: published not on the peer's wire, on node-1, while cut node-*->redis was active")
})

test('an unknown run says why, and a killed one is unknown whatever was found', () => {
  const text = renderTerminal(resultFrom(changed({ without: ['fault cut'], with: ['fault cut node-*->redis 1 3 missed'] })), { colour: false })
  expect(text).toMatch(/^UNKNOWN/)
  expect(text).toContain('fault-bit: cut node-*->redis did not bite')
  expect(resultFrom(changed({ without: ['alice gets m2'] }), false)).toMatchObject({
    verdict: 'unknown',
    exitCode: 3,
    reasons: ['the run was ended before its end was recorded'],
  })
})

test('the same history gives the same bytes', () => {
  expect(JSON.stringify(resultFrom(changed({ without: ['bob gets m3'] })))).toBe(JSON.stringify(resultFrom(changed({ without: ['bob gets m3'] }))))
})

test('colours only when asked for', () => {
  expect(renderTerminal(resultFrom(changed({})), { colour: true })).toContain('\u001B[')
})
