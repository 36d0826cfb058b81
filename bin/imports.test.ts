import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
/** What each folder may import of the others; a path ending in `.ts` is one file. Source: README.md, "Imports point one way". */
const allowed: Record<string, readonly string[]> = {
  system: [],
  reports: ['system/protocol.ts', 'system/journal-rows.ts'],
  scenarios: ['system/protocol.ts', 'system/client/', 'system/mutants/table.ts', 'reports/history/'],
  chaos: ['system/protocol.ts', 'system/client/', 'system/cluster/', 'system/components/', 'reports/', 'scenarios/'],
  bin: ['system/', 'reports/', 'scenarios/', 'chaos/'],
}

export function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1] ?? '')
}

for (const [folder, others] of Object.entries(allowed)) {
  test(`${folder} imports only what it may`, () => {
    const wrong: string[] = []
    for (const file of globSync(`${folder}/**/*.ts`, { cwd: root, exclude: (name) => name === 'node_modules' })) {
      const isTest = file.endsWith('.test.ts')
      for (const target of importsOf(readFileSync(join(root, file), 'utf8')).map((specifier) => relative(root, join(root, dirname(file), specifier)))) {
        const inside = target.startsWith(`${folder}/`)
        if (
          !inside &&
          !others.some((other) => (other.endsWith('/') ? target.startsWith(other) : target === other)) &&
          !(isTest && target.startsWith('system/'))
        )
          wrong.push(`${file} -> ${target}`)
      }
    }
    expect(wrong).toEqual([])
  })
}

test('the reader of imports sees static, dynamic and type imports', () => {
  expect(importsOf(`import { a } from './a.ts'\nimport type { B } from '../bin/b.ts'\nawait import('./c.ts')\nimport 'node:fs'`)).toEqual([
    './a.ts',
    '../bin/b.ts',
    './c.ts',
  ])
})
