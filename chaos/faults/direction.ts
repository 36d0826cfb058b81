/** Directions as Toxiproxy counts them: upstream is what the near end sends, downstream what it receives. */
import { z } from 'zod'
import type { Toxic } from '../../system/components/toxiproxy-control.ts'

const values = ['both', 'upstream', 'downstream'] as const
export const direction = z
  .enum(values, { error: `one of ${values.join(', ')}` })
  .default('both')
  .describe('upstream: what the near end of the link sends; downstream: what it receives')
export type Direction = (typeof values)[number]

export function streamsOf(chosen: Direction): Toxic['stream'][] {
  return chosen === 'both' ? ['upstream', 'downstream'] : [chosen]
}
