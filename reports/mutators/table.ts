/** Every mutator. A new one is a file and a row here. */
import { alter } from './alter.ts'
import { delay } from './delay.ts'
import { drop } from './drop.ts'
import { duplicate } from './duplicate.ts'
import { expose } from './expose.ts'
import { forge } from './forge.ts'
import type { Mutator } from './mutator.ts'
import { reassign } from './reassign.ts'
import { resurrect } from './resurrect.ts'
import { swap } from './swap.ts'

export const mutators: readonly Mutator[] = [drop, duplicate, swap, alter, delay, reassign, forge, resurrect, expose]
