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
