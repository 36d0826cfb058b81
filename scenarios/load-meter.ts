/** Live figures of one load worker, for the progress line; the verdict is made from the history instead. */
import { build, type Histogram } from 'hdr-histogram-js'

export class LoadMeter {
  connected = 0
  /** Clients that were connected, and have joined where their script does. */
  arrived = 0
  intended = 0
  invoked = 0
  acked = 0
  readonly ackedByRoom: Record<string, number> = {}
  failed = 0
  unknown = 0
  applied = 0
  readonly #ack = newHistogram()
  readonly #delivery = newHistogram()

  ackedIn(room: string): void {
    this.acked++
    this.ackedByRoom[room] = (this.ackedByRoom[room] ?? 0) + 1
  }

  ackNs(latencyNs: number): void {
    this.#ack.recordValue(Math.max(0, Math.round(latencyNs / 1000)))
  }

  deliveryNs(latencyNs: number): void {
    this.#delivery.recordValue(Math.max(0, Math.round(latencyNs / 1000)))
  }

  /** Milliseconds over the time since the last call; null where nothing was measured. */
  takeP99(): { ackP99Ms: number | null; deliveryP99Ms: number | null } {
    return { ackP99Ms: takeP99Ms(this.#ack), deliveryP99Ms: takeP99Ms(this.#delivery) }
  }
}

/** Microseconds, two significant digits, up to 10 minutes. */
function newHistogram(): Histogram {
  return build({
    bitBucketSize: 32,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: 600_000_000,
    numberOfSignificantValueDigits: 2,
    useWebAssembly: false,
  })
}

function takeP99Ms(histogram: Histogram): number | null {
  if (histogram.totalCount === 0) return null
  const p99Ms = histogram.getValueAtPercentile(99) / 1000
  histogram.reset()
  return p99Ms
}
