import { expect, test } from 'vitest'
import { scenarios } from '../table.ts'
import { validateScript, validateScriptText } from './validate-script.ts'

const head = ['config:', '  target: http://127.0.0.1:1', '  engines:', '    chat: {}', 'scenarios:', '  - engine: chat', '    flow:']
const withFlow = (...steps: string[]): string => [...head, ...steps.map((step) => `      ${step}`)].join('\n')
const problemsOf = (text: string): string[] => validateScriptText('mine.yml', text).map((problem) => `${problem.line}:${problem.column} ${problem.text}`)

test.each(scenarios.map((scenario) => [scenario.name, scenario.script]))('the script of %s is sound', (_, script) => {
  expect(validateScript(script)).toEqual([])
})

test('an unknown verb is refused with its line', () => {
  const [problem, ...others] = problemsOf(withFlow('- login: {}', '- jion: {}', '- stay: {}'))
  expect(problem).toMatch(/^9:9 unknown verb "jion"; the verbs are login, join, talk/)
  expect(others).toEqual([])
})

test('an unknown verb inside a loop, or behind an anchor, is refused too', () => {
  expect(problemsOf(withFlow('- loop:', '    - emit: [a]', '    - emti: [b]', '  count: 3'))).toEqual([expect.stringMatching(/^10:13 unknown verb "emti"/)])
  const shared = ['shared: &shared', '  - think: 1', '  - thnik: 2'].join('\n')
  expect(problemsOf(withFlow('- *shared', '- stay: {}').replace('config:', `${shared}\nconfig:`))).toEqual([expect.stringMatching(/^3:5 unknown verb "thnik"/)])
})

test('all problems are told at once', () => {
  expect(problemsOf(withFlow('- talk: { rate: 3 }', '- think: soon', '- emit: [a]', '  akcnowledge: {}', '- login: 7'))).toEqual([
    expect.stringContaining('talk has no parameter "rate"'),
    expect.stringContaining('think needs a time'),
    expect.stringContaining(`"akcnowledge" can't stand beside "emit"`),
    expect.stringContaining('login needs {}'),
  ])
})

test('a missing engine entry, target, flow or list of scenarios is told', () => {
  expect(problemsOf('config: {}\nscenarios:\n  - engine: chat\n    flow: []')).toEqual([
    expect.stringContaining('config.target is missing'),
    expect.stringMatching(/^3:5 config.engines.chat: \{\} is missing/),
  ])
  expect(problemsOf('config: { target: a }')).toEqual([expect.stringContaining('scenarios must be a list')])
  expect(problemsOf('[]')).toEqual([expect.stringContaining('a script is a map')])
})

test('broken YAML and a file that is not there are problems, not exceptions', () => {
  expect(problemsOf('config:\n  - a\n b: c')[0]).toMatch(/^\d+:\d+ /)
  expect(validateScript('/nowhere/mine.yml')).toEqual([expect.objectContaining({ text: expect.stringContaining("can't be read") })])
})

test('steps of socketio-v3 with their options are known; flows of other engines are left to Artillery', () => {
  expect(
    problemsOf(
      withFlow(
        '- connect: { auth: { token: a } }',
        '- emit: [a, b]',
        '  namespace: /n',
        '  acknowledge: { match: { json: $.0, value: 1 } }',
        '- emit: [c]',
        '  response: { on: d }',
        '- function: f',
        '- get: { url: / }',
      ),
    ),
  ).toEqual([])
  expect(problemsOf(withFlow('- anything: 1').replace('engine: chat', 'engine: ws'))).toEqual([])
})

test('verbs on messages, members and devices are known with their parameters, and refused when one is misspelt', () => {
  const sound = [
    '- send: {}',
    '- edit: { what: own-last, timeout: 5s }',
    '- delete: { what: random }',
    '- react: { what: last, emoji: x, remove: true }',
    '- reply: { what: random }',
    '- read: {}',
    '- typing: { for: 2s }',
    '- idle: {}',
    '- page: { cursor: around, limit: 20, pages: 3 }',
    '- search: { query: abc, everywhere: true }',
    '- kick: { who: random }',
    '- ban: { who: user-2, lift: true }',
    '- leave: {}',
    '- switch-device: { timeout: 10s }',
    '- go-offline: { for: 3s }',
    '- reload: {}',
    '- retain: { phase: warmup, after: 1s, rooms: [room-1], policy: archive, age: 4s, legalHold: true }',
  ]
  expect(problemsOf(withFlow(...sound))).toEqual([])
  expect(
    problemsOf(withFlow('- edit: { what: mine }', '- page: { cursor: top, limit: 0 }', '- go-ofline: {}', '- typing: { for: long }', '- kick: { whom: a }')),
  ).toEqual([
    '8:15 what of edit is own-last or random or others, not "mine"',
    '9:15 cursor of page is newest or around, not "top"',
    expect.stringMatching(/^10:9 unknown verb "go-ofline"/),
    '11:17 for of typing is a time like "5s", not "long"',
    '12:15 kick has no parameter "whom"; it has who, by, timeout',
  ])
})

test('what rooms keep is said by a policy, an age and a list of rooms', () => {
  expect(problemsOf(withFlow('- retain: { rooms: room-1 }', '- retain: { policy: burn }', '- retain: { age: old }', '- retain: { legalHold: 1 }'))).toEqual([
    '8:17 rooms of retain is a list like [room-1, room-2], not "room-1"',
    '9:17 policy of retain is keep or delete or archive, not "burn"',
    '10:17 age of retain is a time like "5s", not "old"',
    '11:17 legalHold of retain is true or false, not 1',
  ])
})

test('a delete with a url is still an HTTP request', () => {
  expect(problemsOf(withFlow('- delete: { url: /thing, json: { a: 1 } }', '  capture: { json: $.id, as: id }'))).toEqual([])
})

test('a mix is looked at in talk and in the variables of the script', () => {
  expect(problemsOf(withFlow('- talk: { mix: { edit: 0.1, raect: 0.1 } }'))).toEqual([expect.stringMatching(/^8:15 mix has no "raect"/)])
  const text = withFlow("- talk: { mix: '{{ mix }}' }").replace('  engines:', '  variables:\n    mix: { edit: 2 }\n  engines:')
  expect(problemsOf(text)).toEqual([expect.stringMatching(/^4:10 the share of edit/)])
})

test('what the driver lacks is refused before the run', () => {
  const text = withFlow('- edit: {}', '- go-offline: {}', '- talk: { mix: { search: 0.1 } }', '- stay: {}')
  expect(validateScriptText('mine.yml', text, ['sync', 'edit']).map((problem) => problem.text)).toEqual([
    "the driver can't do devices, which go-offline needs",
    "the driver can't do search, which search needs",
  ])
})
