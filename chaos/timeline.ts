/** The phases of a run as they go by: told to the load workers, recorded as rows and in the manifest, with what the schedule does beside them. */
import { phases } from '../reports/history/codes.ts'
import { kinds } from '../reports/history/kinds.ts'
import type { HistoryWriter } from '../reports/history/writer.ts'
import type { ControlServer } from '../scenarios/control-server.ts'
import type { RunningCluster } from '../system/cluster/cluster.ts'
import { until } from './abortable.ts'
import type { RunFolder } from './run-folder.ts'
import type { Schedule } from './schedule.ts'
import { settle } from './settle.ts'

/** How long everything must have been quiet before it counts as settled. */
export const quiescenceMs = 4_000

export interface TimelineParts {
  record: RunFolder
  writer: HistoryWriter
  control: ControlServer
  nowNs: () => number
  originNs: bigint
  signal: AbortSignal
  line: (text: string) => void
}

export class Timeline {
  current = { name: 'arrival', startNs: 0 }
  readonly activeFaults = new Set<string>()
  readonly #parts: TimelineParts

  constructor(parts: TimelineParts) {
    this.#parts = parts
  }

  begin(name: keyof typeof phases, durationMs = 0): void {
    const { record, writer, control, nowNs } = this.#parts
    this.close()
    this.current = { name, startNs: nowNs() }
    writer.row(this.current.startNs, -1, -1, -1, kinds.phase.code, 0, -1, -1, -1, phases[name])
    record.phase(name, this.current.startNs / 1e6)
    if (name !== 'audit') control.phase(name, this.#parts.originNs + BigInt(Math.round(this.current.startNs)), durationMs)
  }

  close(): void {
    this.#parts.record.endPhase(this.#parts.nowNs() / 1e6)
  }

  async phase(name: 'warmup' | 'steady' | 'impact', durationMs: number, schedule: Schedule): Promise<void> {
    this.begin(name, durationMs)
    schedule.phase(name, this.current.startNs / 1e6)
    await until(durationMs, this.#parts.signal)
  }

  /** Rows, console lines and the live line for what the schedule does. */
  faultEvents(): { onInjected(index: number, name: string): void; onHealed(index: number, name: string): void } {
    const { line, writer, nowNs } = this.#parts
    return {
      onInjected: (index, name) => {
        this.activeFaults.add(name)
        writer.row(nowNs(), -1, -1, -1, kinds.faultInjected.code, 0, -1, -1, -1, index)
        line(`fault       ${name} injected`)
      },
      onHealed: (index, name) => {
        this.activeFaults.delete(name)
        writer.row(nowNs(), -1, -1, -1, kinds.faultHealed.code, 0, -1, -1, -1, index)
        line(`fault       ${name} healed and probed`)
      },
    }
  }

  async settle(cluster: RunningCluster, deadlineMs: number): Promise<void> {
    const { signal, writer, control, nowNs } = this.#parts
    this.begin('settle', deadlineMs)
    const pending = await settle({ pending: async () => control.pending() ?? (await cluster.pending()), deadlineMs, quiescenceMs, signal })
    writer.row(nowNs(), -1, -1, -1, kinds.settled.code, 0, -1, -1, writer.name(pending ?? ''), pending === null ? 1 : 0)
  }
}
