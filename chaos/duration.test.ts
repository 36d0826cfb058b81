import { expect, test } from 'vitest'
import { parseDuration, renderDuration } from './duration.ts'

test.each([
  ['8s', 8000],
  ['250ms', 250],
  ['2m', 120_000],
  ['1.5s', 1500],
  ['0s', 0],
])('%s is %i ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})

test.each(['8', 's', '8 s', '-1s', '8h', '', '1e3s'])('"%s" is no duration', (text) => {
  expect(() => parseDuration(text)).toThrow('a duration such as 8s')
})

test.each([
  [8000, '8s'],
  [250, '250ms'],
  [120_000, '2m'],
  [1500, '1500ms'],
  [0, '0s'],
])('%i ms is written %s', (ms, text) => {
  expect(renderDuration(ms)).toBe(text)
})
