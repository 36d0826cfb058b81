/**
 * Rule: every fault that was injected as planned has evidence that it bit (a probe that failed, bytes that stopped, a process that is gone). One that didn't
 * bite makes the run unknown, never valid.
 * Excused: faults that did not happen as planned are counted, and told with the reason.
 * Population: faults injected as planned; an experiment without faults isn't judged.
 * Unknown: when a planned fault has no evidence, or none happened as planned. Never invalid: a fault that missed says nothing against the chat.
 * Can't see: how hard it bit, or whether it did so for the whole of its time: one piece of evidence is enough; whether anybody was using what it broke.
 */
import type { Check } from './check.ts'
import { conclude, notApplicable } from './finding.ts'

export const faultBit: Check = {
  name: 'fault-bit',
  claim: 'every fault has proof that it bit',
  examine(history) {
    if (history.faults.length === 0) return notApplicable('the experiment has no faults')
    const planned = history.faults.filter((fault) => fault.divergence === null)
    const without = planned.filter((fault) => !fault.bit)
    return conclude({
      population: planned.length,
      violations: 0,
      figures: { bit: planned.length - without.length, withoutProof: without.length, diverged: history.faults.length - planned.length },
      doubt: without.length === 0 ? null : `${without.map((fault) => `${fault.fault} ${fault.target}`).join(', ')} did not bite`,
    })
  },
}
