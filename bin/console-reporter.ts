/** Progress on a terminal is one line that is rewritten; elsewhere, and in CI, a plain line every few seconds. */
import { createLogUpdate } from 'log-update'
import type { LiveState, RunReporter } from '../chaos/run.ts'

const plainIntervalMs = 2_000

export function createReporter(stream: NodeJS.WriteStream): RunReporter & { end(): void } {
  const rewriting = stream.isTTY && process.env['CI'] === undefined
  const update = createLogUpdate(stream)
  let lastPlainMs = -Infinity
  let lastApplied = { count: 0, atMs: 0, perSecond: 0 }
  return {
    line: (text) => {
      if (rewriting) update.clear()
      stream.write(`${text}\n`)
    },
    live: (state) => {
      if (state.elapsedMs - lastApplied.atMs >= 1_000) {
        lastApplied = {
          count: state.progress.applied,
          atMs: state.elapsedMs,
          perSecond: Math.round(((state.progress.applied - lastApplied.count) * 1_000) / (state.elapsedMs - lastApplied.atMs)),
        }
      }
      const line = liveLine(state, lastApplied.perSecond)
      if (rewriting) update(line)
      else if (state.elapsedMs - lastPlainMs >= plainIntervalMs) {
        lastPlainMs = state.elapsedMs
        stream.write(`${line}\n`)
      }
    },
    end: () => {
      if (rewriting) update.clear()
    },
  }
}

function liveLine({ phase, elapsedMs, clients, activeFaults, progress }: LiveState, deliveriesPerSecond: number): string {
  const seconds = Math.floor(elapsedMs / 1_000)
  const clock = `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`
  const p99 = progress.deliveryP99Ms === null ? '-' : `${Math.round(progress.deliveryP99Ms)} ms`
  const count = (value: number) => value.toLocaleString('en')
  return ` ${phase.padEnd(9)}  ${clock}  clients ${progress.connected}/${clients}  sent ${count(progress.invoked)}  acked ${count(progress.acked)}  applied ${count(progress.applied)}  ${count(deliveriesPerSecond)} deliveries/s  p99 ${p99}${activeFaults.map((fault) => `  ⚡ ${fault}`).join('')}`
}
