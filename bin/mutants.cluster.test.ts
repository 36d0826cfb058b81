/** Two known bugs a day, all of them in turn, so that each is seen to be caught again and again; `shakedown prove` does all at once. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mutants } from '../system/mutants/table.ts'
import { shakedown } from './spawn-shakedown.ts'

const mutantsADay = 2
const day = Math.floor(Date.now() / 86_400_000)
const ofToday = Array.from({ length: mutantsADay }, (_, index) => mutants[(day * mutantsADay + index) % mutants.length]!.name)

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shakedown-test-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

test.each(ofToday)('%s is caught by its check', async (mutant) => {
  const ended = await shakedown(['prove', '--only', mutant, '--trials', '1', '--null', '0', '--out', join(folder, mutant)], 170_000)
  expect(ended.exitCode, ended.output).toBe(0)
})
