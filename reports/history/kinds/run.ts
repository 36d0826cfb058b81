/** Rows about the run itself: its phases, faults and nodes, and how its own writers fared. */
import type { KindRow } from './kind-row.ts'

export const runKinds = {
  lag: { code: 22, about: 'worst event-loop delay of this writer in the last interval', columns: { value: 'microseconds' } },
  writerCount: { code: 23, about: 'rows that this writer has made up to here, this one included', columns: { value: 'rows' } },
  phase: { code: 30, about: 'a phase began', columns: { value: 'phases code' } },
  faultInjected: { code: 31, about: 'a fault is active', columns: { value: 'index in trace.json faults' } },
  faultHealed: { code: 32, about: 'a fault is healed and the probe proved it', columns: { value: 'index in trace.json faults' } },
  nodeStarted: { code: 33, about: 'a node process began', columns: { value: 'name id of the node', seq: 'boot number from 1' } },
  nodeReady: { code: 34, about: 'a node answered ready', columns: { value: 'name id of the node', seq: 'boot number' } },
  nodeExited: {
    code: 35,
    about: 'a node process ended',
    columns: { value: 'name id of the node', seq: 'exit code or -1', rev: 'name id of the signal or -1', layer: '1 = the plan asked for it' },
  },
  settled: {
    code: 36,
    about: 'settle ended: value 1 when every pending() was null for D, 0 at the deadline',
    columns: { value: '1 or 0', rev: 'name id of what was pending' },
  },
  residue: {
    code: 105,
    about: 'what there was of something that a run must not leave behind',
    columns: {
      session: 'name id of the node or component',
      layer: '1 = before the first client came, 2 = after the last one went',
      seq: 'how many',
      rev: 'name id of their first names, with commas; -1 when they have none',
      value: 'residues code',
    },
  },
} as const satisfies Record<string, KindRow>
