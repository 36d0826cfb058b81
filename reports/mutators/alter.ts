import type { Mutator } from './mutator.ts'

export const alter: Mutator = {
  name: 'alter',
  ways: [
    {
      does: 'one member gets another body than was sent',
      must: ['intact'],
      may: ['convergence'],
      plant({ columns }, { delivery }) {
        columns.value[delivery] = ~(columns.value[delivery] ?? 0)
        return []
      },
    },
    {
      does: 'the store has another body than was acked',
      must: ['acked-is-stored'],
      may: ['intact', 'convergence'],
      plant(draft, { message }) {
        const { value } = draft.columns
        for (const kind of ['stored', 'audited'] as const) for (const row of draft.rowsAbout(kind, message)) value[row] = ~(value[row] ?? 0)
        return []
      },
    },
  ],
}
