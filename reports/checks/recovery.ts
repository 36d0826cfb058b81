/**
 * Rule: after each proved heal there are three times: the first ok, everyone expected connected, everyone caught up with what was wanted before the heal. None
 * may be absent at quiescence, and the last must be within the limit. At the end of settle every expected client is connected and synced. A fault that the
 * plan never heals counts from its injection.
 * Excused: clients that are meant to be gone; a sync of a room that the client was put out of meanwhile; faults that did not happen as planned.
 * Population: faults with a heal, and expected clients.
 * Unknown: without a sound audit, while a fault was not healed, or where the end of settle was never reached.
 * Can't see: that everyone stayed connected after the first moment when all were, before the end of settle; how slow the chat was before the heal (progress,
 * thresholds); which of several overlapping faults was to blame.
 */
import type { Check } from './check.ts'
import { auditOf } from './audit.ts'
import { conclude, exampleLimit } from './finding.ts'
import { expectedOf, syncedAt } from './present.ts'
import { quiescenceOf } from './quiescence.ts'
import { recoveriesOf, type Recovery } from '../recovery.ts'
import { clientName, tell } from './story.ts'

export const recovery: Check = {
  name: 'recovery',
  claim: 'after each heal everyone came back and caught up in time',
  examine(history, guarantees) {
    const quiescence = quiescenceOf(history)
    const expected = expectedOf(history)
    const synced = syncedAt(history, quiescence.atNs)
    const absent = history.clients.map((_, index) => index).filter((index) => expected[index] === 1 && synced[index] !== 1)
    const recoveries = recoveriesOf(history)
    const late = recoveries.filter((one) => isLate(one, guarantees.recoveryMs))
    const overdue = quiescence.doubt === null ? quiescence.overdue : null
    const rowsOf = (client: number): number[] =>
      ['connect', 'disconnect', 'syncBegin', 'syncComplete'].flatMap((kind) =>
        [...history.rowsOf(kind)].filter((row) => history.columns.client[row] === client).slice(-2),
      )
    const stories = absent.map((client) =>
      tell(history, {
        title: `${clientName(history, client)} is not connected and synced at the end`,
        message: null,
        rows: rowsOf(client),
        closing: overdue === null ? 'settle is over' : `pending: ${quiescence.pending}`,
      }),
    )
    const whys = [...late.map((one) => lateText(one, guarantees.recoveryMs)), overdue].filter((why) => why !== null)
    const worst = (pick: (one: Recovery) => number | null): number | string =>
      recoveries.some((one) => pick(one) === null) ? 'never' : Math.max(0, ...recoveries.map((one) => pick(one) ?? 0))
    return conclude({
      population: recoveries.length + expected.reduce((sum, one) => sum + one, 0),
      violations: absent.length + late.length + (overdue === null ? 0 : 1),
      figures:
        recoveries.length === 0
          ? { absent: absent.length }
          : {
              absent: absent.length,
              firstOkMs: worst((one) => one.firstOkMs),
              allConnectedMs: worst((one) => one.allConnectedMs),
              caughtUpMs: worst((one) => one.caughtUpMs),
            },
      evidence: [
        ...stories,
        ...late.map((one) => tell(history, { title: lateText(one, guarantees.recoveryMs), message: null, rows: [...history.rowsOf('faultHealed')].slice(-1) })),
      ].slice(0, exampleLimit),
      doubt: auditOf(history).doubt ?? quiescence.doubt,
      why: whys.length > 0 ? whys.join('; ') : null,
    })
  },
}

const isLate = (one: Recovery, limitMs: number): boolean =>
  one.firstOkMs === null || one.allConnectedMs === null || one.caughtUpMs === null || one.caughtUpMs > limitMs

function lateText(one: Recovery, limitMs: number): string {
  const never = (['firstOkMs', 'allConnectedMs', 'caughtUpMs'] as const).filter((name) => one[name] === null)
  const words = { firstOkMs: 'no send was acked', allConnectedMs: 'not all were connected again', caughtUpMs: 'not all caught up' }
  return `after ${one.fault}: ${never.length > 0 ? never.map((name) => words[name]).join(', ') : `caught up ${((one.caughtUpMs ?? 0) / 1e3).toFixed(1)} s after the heal, limit ${(limitMs / 1e3).toFixed(1)} s`}`
}
