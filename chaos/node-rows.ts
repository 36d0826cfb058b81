/** Rows and console lines for what becomes of each node process. */
import { kinds, type Kind } from '../reports/history/kinds.ts'
import type { HistoryWriter } from '../reports/history/writer.ts'
import type { NodeEvents } from '../system/cluster/node-process.ts'
import type { RunFolder } from './run-folder.ts'

export interface NodeRowParts {
  writer: HistoryWriter
  nowNs: () => number
  record: Pick<RunFolder, 'exit'>
  line: (text: string) => void
}

export function recordNodes({ writer, nowNs, record, line }: NodeRowParts): NodeEvents {
  const row = (kind: Kind & `node${string}`, node: string, seq: number, rev = -1, layer = 0): void => {
    writer.row(nowNs(), -1, -1, -1, kinds[kind].code, layer, -1, seq, rev, writer.name(node))
  }
  return {
    started: (node, boot) => row('nodeStarted', node, boot),
    ready: (node, boot) => row('nodeReady', node, boot),
    exited: (node, exit) => {
      row('nodeExited', node, exit.code ?? -1, exit.signal ? writer.name(exit.signal) : -1, exit.planned ? 1 : 0)
      record.exit(node, exit, nowNs() / 1e6)
      if (!exit.planned) line(`${node} exited by itself: ${exit.signal ?? `code ${exit.code}`}`)
    },
  }
}
