import { expect, test } from 'vitest'
import { catalogue, renderCatalogue } from './catalogue.ts'

test('every mutant names an experiment and checks that exist', () => {
  const { mutants, experiments, checks } = catalogue()
  for (const mutant of mutants) {
    expect(experiments.map(({ name }) => name)).toContain(mutant.experiment)
    for (const check of mutant.caughtBy) expect(checks.map(({ name }) => name)).toContain(check)
  }
})

test('every row has a name of its own and a sentence', () => {
  const { mutants, checks, ...rest } = catalogue()
  const kinds = [
    ...Object.values(rest),
    checks.map(({ name, claim }) => ({ name, summary: claim })),
    mutants.map(({ name, breaks }) => ({ name, summary: breaks })),
  ]
  for (const rows of kinds) {
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length)
    for (const { summary } of rows) expect(summary).not.toBe('')
  }
})

test('the rendered list shows each name', () => {
  const listed = catalogue()
  const text = renderCatalogue(listed)
  for (const { name } of Object.values(listed).flat()) expect(text).toContain(`  ${name} `)
})
