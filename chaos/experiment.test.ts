import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scenarios } from '../scenarios/table.ts'
import { experimentNames, findExperiment } from './experiment-files.ts'
import { parseExperiment, type Experiment } from './experiment.ts'
import { experimentSchemaText } from './experiment-schema.ts'
import { type Problem, renderProblem } from './problem.ts'

const known = { scenarios: scenarios.map(({ name }) => name), topologies: ['adapter-classic'] }
const sound = `name: mine
hypothesis: It holds.
topology: adapter-classic
scenario: steady-chat
phases: { warmup: 4s, steady: 6s, impact: 12s, recovery: 8s, settle: 20s }
faults:
  - cut: { link: "node-*->redis" }
    at: { phase: impact, after: 1s }
    for: 8s
guarantees: { ack: majority, delivery: every-member, order: room }
thresholds:
  - delivery.p99 < 250ms during steady
`
const changed = (from: string, to: string): string => {
  if (!sound.includes(from)) throw new Error(`the sound experiment has no "${from}"`)
  return sound.replace(from, to)
}
function parsed(text: string, settings: string[] = []): Experiment {
  const result = parseExperiment(text, 'mine.yml', known, settings)
  if ('problems' in result) throw new Error(result.problems.map(renderProblem).join('\n'))
  return result.experiment
}
function problems(text: string, settings: string[] = []): Problem[] {
  const result = parseExperiment(text, 'mine.yml', known, settings)
  return 'problems' in result ? result.problems : []
}

test.each(experimentNames())('%s comes with shakedown and is sound', (name) => {
  const found = findExperiment(name)
  if ('problems' in found) throw new Error(found.problems.map(renderProblem).join('\n'))
  const { phases, name: own } = parsed(found.text)
  expect(own).toBe(name)
  expect(phases.warmupMs + phases.steadyMs + phases.impactMs + phases.recoveryMs + phases.settleMs).toBeLessThan(60_000)
})

test('a sound experiment is read whole', () => {
  expect(parsed(sound)).toEqual({
    name: 'mine',
    hypothesis: 'It holds.',
    topology: 'adapter-classic',
    scenario: 'steady-chat',
    seed: 1,
    phases: { warmupMs: 4000, steadyMs: 6000, impactMs: 12_000, recoveryMs: 8000, settleMs: 20_000 },
    faults: [
      {
        fault: 'cut',
        target: { kind: 'link', pattern: 'node-*->redis' },
        parameters: {},
        trigger: { kind: 'phase', phase: 'impact', afterMs: 1000 },
        forMs: 8000,
      },
    ],
    guarantees: { ack: 'majority', delivery: 'every-member', order: 'room', recoveryMs: 10_000 },
    thresholds: ['delivery.p99 < 250ms during steady'],
    load: {},
    files: { access: 'signed' },
  })
})

test('a fault may be triggered by the Nth ack of a room', () => {
  expect(parsed(changed('{ phase: impact, after: 1s }', '{ event: acked, count: 500, room: room-3 }')).faults[0]?.trigger).toEqual({
    kind: 'acked',
    count: 500,
    room: 'room-3',
  })
})

test('a scenario may be the path of a script, beside the experiment', () => {
  const result = parseExperiment(changed('steady-chat', './load.yml'), 'folder/mine.yml', known)
  expect('experiment' in result && result.experiment.scenario).toBe(join('folder', 'load.yml'))
})

const one = (text: string, line: number, column: number, path: string, says: RegExp) => ({ text, line, column, path, says })
const malformed: Record<string, ReturnType<typeof one>> = {
  'an empty file': one('', 1, 1, '', /is empty.*steady\.yml/s),
  'a file of comments': one('# nothing\n', 1, 1, '', /is empty/),
  'a list': one('- a\n- b\n', 1, 1, '', /is a list/),
  'a word': one('hello', 1, 1, '', /is a single value/),
  'binary junk': one('\u0000\u0001PNG\ufffd\ufffd', 1, 1, '', /is not text/),
  'broken YAML': one(changed('phases: {', 'phases: [{'), 6, 1, '', /not valid YAML/),
  'a key given twice': one(`${sound}name: again\n`, 13, 1, '', /Map keys must be unique/),
  'two documents': one(`${sound}---\nname: b\n`, 13, 1, '', /multiple documents/),
  'an endless alias': one(
    'a: &a [1, 2, 3]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c, *c, *c, *c, *c]\n',
    1,
    1,
    '',
    /alias/,
  ),
  'a missing name': one(changed('name: mine\n', ''), 1, 1, 'name', /is missing/),
  'a name with blanks': one(changed('name: mine', 'name: My Own'), 1, 7, 'name', /lower-case letters/),
  'a hypothesis that is no text': one(changed('It holds.', '[1]'), 2, 13, 'hypothesis', /is \[1\].*one sentence/),
  'an unknown topology': one(changed('adapter-classic', 'adapter-clasic'), 3, 11, 'topology', /did you mean adapter-classic\?/),
  'an unknown scenario': one(changed('steady-chat', 'stedy-chat'), 4, 11, 'scenario', /did you mean steady-chat\?/),
  'an unknown key': one(`${sound}sede: 4\n`, 13, 1, 'sede', /did you mean seed\?/),
  'a seed that is a fraction': one(`${sound}seed: 1.5\n`, 13, 7, 'seed', /whole number from 0/),
  'a seed below zero': one(`${sound}seed: -1\n`, 13, 7, 'seed', /whole number from 0/),
  'a duration without a unit': one(changed('warmup: 4s', 'warmup: 4'), 5, 19, 'phases.warmup', /is 4; expected a duration such as 8s/),
  'a duration in hours': one(changed('settle: 20s', 'settle: 1h'), 5, 70, 'phases.settle', /is "1h"/),
  'a missing phase': one(changed('steady: 6s, ', ''), 5, 9, 'phases.steady', /is missing/),
  'an unknown phase': one(changed('settle: 20s', 'settle: 20s, cooldown: 3s'), 5, 75, 'phases.cooldown', /is not known/),
  'phases as a list': one(changed('{ warmup: 4s, steady: 6s, impact: 12s, recovery: 8s, settle: 20s }', '[4s]'), 5, 9, 'phases', /a mapping with warmup/),
  'faults as a mapping': one(
    changed('  - cut: { link: "node-*->redis" }\n    at: { phase: impact, after: 1s }\n    for: 8s', '  cut: {}'),
    7,
    3,
    'faults',
    /a list of faults/,
  ),
  'an unknown fault': one(changed('cut:', 'cutt:'), 7, 5, 'faults.0', /names no fault/),
  'two faults in a row': one(changed('    for: 8s', '    kill: { node: random }\n    for: 8s'), 7, 5, 'faults.0', /names 2 faults/),
  'a fault without a target': one(changed('link: "node-*->redis"', ''), 7, 10, 'faults.0.cut', /has no target/),
  'a fault with two targets': one(changed('link: "node-*->redis"', 'link: "a->b", node: node-1'), 7, 10, 'faults.0.cut', /has 2 targets/),
  'a fault without a trigger': one(changed('    at: { phase: impact, after: 1s }\n', ''), 7, 5, 'faults.0.at', /is missing/),
  'a kill of a link': one(changed('cut: { link: "node-*->redis" }', 'kill: { link: "node-*->redis" }'), 7, 11, 'faults.0.kill', /has no target/),
  'a trigger in no phase': one(changed('phase: impact, after: 1s', 'after: 1s'), 8, 9, 'faults.0.at.phase', /is missing/),
  'a trigger in an unknown phase': one(changed('phase: impact', 'phase: impct'), 8, 18, 'faults.0.at.phase', /did you mean impact\?/),
  'a trigger of two kinds': one(changed('after: 1s', 'event: acked'), 8, 9, 'faults.0.at', /mixes a time with an event/),
  'an event without a count': one(changed('phase: impact, after: 1s', 'event: acked'), 8, 9, 'faults.0.at.count', /is missing/),
  'a fault after the end of its phase': one(changed('after: 1s', 'after: 12s'), 8, 33, 'faults.0.at.after', /phase impact lasts 12s/),
  'a fault that outlasts impact': one(changed('for: 8s', 'for: 11500ms'), 9, 10, 'faults.0.for', /at most 11s/),
  'a throttle without latency': one(changed('cut: { link:', 'throttle: { link:'), 7, 15, 'faults.0.throttle.latency', /is missing/),
  'a stall in no direction': one(
    changed('cut: { link: "node-*->redis" }', 'stall: { link: "a->b", direction: sideways }'),
    7,
    39,
    'faults.0.stall.direction',
    /one of both, upstream, downstream/,
  ),
  'an unknown guarantee': one(changed('ack: majority', 'ack: majorty'), 10, 20, 'guarantees.ack', /did you mean majority\?/),
  'an unreadable threshold': one(changed('delivery.p99 < 250ms during steady', 'delivery is fast'), 12, 5, 'thresholds.0', /a threshold such as/),
  'an unknown way to files': one(`${sound}files: { access: proxi }\n`, 13, 18, 'files.access', /did you mean proxy\?/),
  'a load of nothing': one(`${sound}load: { rooms: 0 }\n`, 13, 16, 'load.rooms', /whole number from 1/),
}

test.each(Object.entries(malformed))('%s is told with its place and what to write', (_name, { text, line, column, path, says }) => {
  const [first] = problems(text).filter((problem) => problem.path === path)
  expect(first === undefined ? problems(text) : { line: first.line, column: first.column }).toEqual({ line, column })
  expect(first === undefined ? '' : renderProblem(first)).toMatch(says)
})

test('all problems are told at once, in the order of the file', () => {
  const text = changed('topology: adapter-classic', 'topology: mesh')
    .replace('warmup: 4s', 'warmup: 4')
    .replace('for: 8s', 'for: long')
    .replace('order: room', 'order: any')
    .replace('< 250ms', '<')
  expect(problems(text).map((problem) => problem.path)).toEqual(['topology', 'phases.warmup', 'faults.0.for', 'guarantees.order', 'thresholds.0'])
})

test('a setting changes the experiment before it is parsed', () => {
  expect(parsed(sound, ['seed=9', 'load.rooms=4', 'faults.0.for=2s', 'thresholds=[]', 'faults.0.cut.link=node-1->redis'])).toMatchObject({
    seed: 9,
    load: { rooms: 4 },
    thresholds: [],
    faults: [{ forMs: 2000, target: { pattern: 'node-1->redis' } }],
  })
  expect(parsed(sound, ['files.access=proxy']).files).toEqual({ access: 'proxy' })
})

test.each([
  ['phases.warmpu=4s', /--set phases\.warmpu=4s:1:1.*did you mean phases\.warmup\?/s],
  ['xyzzy.plugh=1', /is not a path.*the top ones are name/s],
  ['seed', /has no path=value/],
  ['=4', /has no path=value/],
  ['seed=many', /--set seed=many:1:6  seed is "many"; expected a whole number/],
  ['load.rooms=[', /is not valid YAML/],
  ['faults.3.for=2s', /is not a path.*did you mean faults\.0\.for\?/s],
])('--set %s is told as a problem', (setting, says) => {
  expect(problems(sound, [setting]).map(renderProblem).join('\n')).toMatch(says)
})

test('the committed JSON Schema is the current one', () => {
  expect(readFileSync(new URL('experiments/experiment.schema.json', import.meta.url), 'utf8')).toBe(experimentSchemaText())
})

test('an experiment that cannot be read or is not known is a problem with a next step', () => {
  const folder = mkdtempSync(join(tmpdir(), 'shakedown-experiment-'))
  try {
    mkdirSync(join(folder, 'folder.yml'))
    writeFileSync(join(folder, 'huge.yml'), ' '.repeat(1024 * 1024 + 1))
    const found = ['redis-dorp', 'redis-dorp.yml', join(folder, 'folder.yml'), join(folder, 'huge.yml')].map((name) => findExperiment(name))
    const texts = found.map((result) => ('problems' in result ? result.problems.map(renderProblem).join() : 'found'))
    expect(texts[0]).toMatch(/did you mean redis-drop\?/)
    expect(texts[1]).toMatch(/ENOENT/)
    expect(texts[2]).toMatch(/EISDIR/)
    expect(texts[3]).toMatch(/1048577 bytes/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
