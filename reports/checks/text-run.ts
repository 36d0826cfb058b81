/** What the run does and finds left over, in histories by hand: the verbs are told in text-history.ts. */
import { residues } from '../history/codes.ts'
import { lookup, type Line, type TextIds, type TextRow } from './text-line.ts'

/** Throws for a verb that a run doesn't have. */
export function runRow({ verb, words, keys }: Line, ids: TextIds): TextRow {
  const [first = '', ...rest] = words
  switch (verb) {
    case 'settled':
      return { kind: 'settled', value: Number(first), rev: rest.length === 0 ? -1 : ids.name(rest.join(' ')) }
    case 'lag':
      return { kind: 'lag', value: Number(first) }
    case 'started':
      return { kind: 'nodeStarted', value: ids.name(first), seq: 1 }
    case 'exited': {
      const code = Number(rest[0])
      const how = Number.isNaN(code) ? { seq: -1, rev: ids.name(rest[0] ?? '') } : { seq: code, rev: -1 }
      return { kind: 'nodeExited', value: ids.name(first), ...how, layer: rest.includes('planned') ? 1 : 0 }
    }
    case 'residue': {
      const rev = keys['names'] === undefined ? -1 : ids.name(keys['names'])
      const layer = keys['before'] === undefined ? 2 : 1
      return { kind: 'residue', value: lookup(residues, first), seq: Number(rest[0]), rev, session: ids.name(keys['where'] ?? 'node-1'), layer }
    }
    default:
      throw new Error(`a run has no verb ${verb}`)
  }
}
