import { expect, test } from 'vitest'
import { ackedIsStored } from './acked-is-stored.ts'
import { examineChanged } from './clean-history.ts'

const lost = {
  without: ['fault cut', 'node-2 committed m2', 'node-2 published m2', 'audit stored m2', 'audit read m2'],
  with: ['9.104 audit entry leave dave room-1 5'],
}
const told = (...faults: readonly string[]): string[] =>
  examineChanged(ackedIsStored, { ...lost, with: [...lost.with, ...faults] }).evidence.flatMap(({ events }) => events.map(({ text }) => text))

test('a fault that was active is told with its end; one that never was is not told at all', () => {
  expect(told('fault cut node-1->redis 1.9 2.5 bit')).toEqual(expect.arrayContaining(['fault: cut node-1->redis', 'healed: cut node-1->redis']))
  expect(told('fault cut node-1->redis 2.5 2.5 diverged').filter((text) => text.includes('cut'))).toEqual([])
})
