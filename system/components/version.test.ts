import { expect, test } from 'vitest'
import { judgeVersion } from './binary.ts'
import type { Binary } from './binary.ts'
import { atLeast, parseVersion } from './version.ts'

test('finds the version in what each program prints', () => {
  expect(parseVersion('Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64', /\bv=(\d[\d.]*)/)).toBe('7.0.15')
  expect(parseVersion('HAProxy version 2.6.12-1+deb12u4 2026/10/17', /version (\d[\d.]*)/)).toBe('2.6.12')
  expect(parseVersion('toxiproxy-server version git', /version v?(\d[\d.]*)/)).toBeNull()
})

test('compares versions as numbers', () => {
  expect(atLeast('7.0.15', '7')).toBe(true)
  expect(atLeast('6.2.20', '7')).toBe(false)
  expect(atLeast('10.0', '9.1')).toBe(true)
  expect(atLeast('2.6', '2.6.12')).toBe(false)
  expect(atLeast('0.5.3-beta.160', '0.5.3')).toBe(true)
})

test('a version that is too old or missing is refused with the reason', () => {
  const binary: Binary = { names: ['x'], versionArguments: [], version: /v(\d[\d.]*)/, minimum: '7' }
  expect(judgeVersion('v6.2', binary)).toEqual({ kind: 'unusable', why: 'version 6.2 is older than 7' })
  expect(judgeVersion('hello', binary)).toMatchObject({ kind: 'unusable' })
  expect(judgeVersion('hello', { ...binary, minimum: null })).toEqual({ kind: 'usable', version: 'unknown' })
})
