import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { shakedown } from './spawn-shakedown.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shakedown-usage-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const badFiles: Record<string, string | Buffer> = {
  'unknown-scenario.yml': 'name: x\nscenario: nope\n',
  'not-yaml.yml': ': : :\n\t-',
  'empty.yml': '',
  'json-number.yml': '{"name": 3}',
  'bad-duration.yml': 'name: x\nhypothesis: y\ntopology: adapter-classic\nscenario: steady-chat\nseed: -1\nphases: {warmup: 5 parsecs}\n',
  'binary.yml': Buffer.from(Array.from({ length: 2000 }, (_, index) => (index * 197 + 13) % 256)),
}

const badWords = [
  'run',
  'run steady --seed abc',
  'run steady --seed -1',
  'run steady --trials 0',
  'frobnicate',
  'verify /nowhere',
  'history /nowhere',
  'history . --format xml',
  'run steady --set nope=1',
  'run steady --set phases.steady=soon',
  'run steady --mutant nope',
  'prove --only nope',
  'prove --null -1',
  'run steady --topology nope',
  'run steady --proxy some',
  'run steady extra words',
  'up --topology nope',
  'run no-such-experiment',
  'run ./missing.yml',
  'doctor --frob',
]

for (const [name, content] of Object.entries(badFiles)) {
  test(`the bad experiment file ${name} is refused with exit 4 and its name`, async () => {
    writeFileSync(join(folder, name), content)
    const ended = await shakedown(['run', join(folder, name)], 30_000)
    expect(ended.exitCode, ended.output).toBe(4)
    expect(ended.output).toContain(name)
    expect(ended.output).not.toMatch(/^\s+at .*\(/m)
  })
}

for (const words of badWords) {
  test(`shakedown ${words}: exit 4, one clear message`, async () => {
    const ended = await shakedown(words.split(' '), 30_000)
    expect(ended.exitCode, ended.output).toBe(4)
    expect(ended.output.trim()).not.toBe('')
    expect(ended.output).not.toMatch(/^\s+at .*\(/m)
  })
}
