/** Every fault: one file and one row. */
import { cut } from './cut.ts'
import { listed, type ListedFault } from './fault.ts'
import { kill } from './kill.ts'
import { stall } from './stall.ts'
import { throttle } from './throttle.ts'

export const faults: readonly ListedFault[] = [listed(cut), listed(kill), listed(throttle), listed(stall)]
export const faultNames: readonly string[] = faults.map((fault) => fault.name)

export function findFault(name: string): ListedFault {
  const fault = faults.find((candidate) => candidate.name === name)
  if (fault === undefined) throw new Error(`no fault is called "${name}"; there are ${faultNames.join(', ')}`)
  return fault
}
