/**
 * Rule: every exit of a node process, the scan worker's included, is one that the plan asked for; runs mark those that they end in order.
 * Excused: exits that a fault or the end of the run caused, with whatever code or signal.
 * Population: node processes started. Not applicable where the run has no nodes of its own.
 * Unknown: when the record is broken, or tells of no node that started.
 * Can't see: a node that hangs without ending (recovery, progress); ends of other programs: components and load workers; why a node ended, beyond its code or
 * signal (its log has that).
 */
import type { Check } from './check.ts'
import { conclude, exampleLimit, notApplicable } from './finding.ts'
import { rowText, tell } from './story.ts'

export const nodesAccounted: Check = {
  name: 'nodes-accounted',
  claim: 'no node ended unless the plan ended it',
  examine(history) {
    const { layer, value } = history.columns
    const started = history.rowsOf('nodeStarted').length
    if (started === 0 && history.nodes.length === 0) return notApplicable('the run has no nodes of its own')
    const exits = history.rowsOf('nodeExited')
    const crashes = exits.filter((row) => layer[row] !== 1)
    return conclude({
      population: started,
      violations: crashes.length,
      figures: { exits: exits.length, planned: exits.length - crashes.length },
      evidence: [...crashes]
        .slice(0, exampleLimit)
        .map((row) => tell(history, { title: rowText(history, row) ?? '', message: null, rows: [row], node: history.names[value[row] ?? -1] ?? null })),
    })
  },
}
