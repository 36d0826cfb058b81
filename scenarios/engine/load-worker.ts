/** All that the virtual users of one Artillery worker share: the control socket, the history file, the driver and the figures. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { kinds } from '../../reports/history/kinds.ts'
import { createHistoryWriter, type HistoryWriter } from '../../reports/history/writer.ts'
import type { ClientAssignment } from '../control-messages.ts'
import { connectControl, type ControlWorker } from '../control-worker.ts'
import type { Driver } from '../driver.ts'
import { LoadMeter } from '../load-meter.ts'
import { seededRandom } from '../random.ts'
import type { IntendedTimes } from '../own-messages.ts'
import { RecordedClient } from '../recorded-client.ts'
import { MintedAddresses } from './minted-addresses.ts'

export interface LoadWorkerOptions {
  controlPath: string
  /** Unique in the run; names the history file. */
  name: string
  pid: number
  /** CLOCK_MONOTONIC in nanoseconds. */
  monotonicNs: () => bigint
  drivers: readonly Driver[]
}

/** A member of the worker that may have work left. */
export interface Busy {
  pending(): string | null
  /** Records what it shows at the end. */
  recordViews(): void
}

const connectTimeoutMs = 10_000
const progressEveryMs = 500
const lagEveryMs = 1000

/** Connects to the run; rejects when it doesn't answer or names a driver that isn't there. */
export async function openLoadWorker(options: LoadWorkerOptions): Promise<LoadWorker> {
  const control = await connectControl(options.controlPath, options.name, options.pid, connectTimeoutMs)
  const welcome = await control.welcomed
  const driver = options.drivers.find(({ name }) => name === welcome.driver)
  if (driver === undefined) {
    const text = `no driver "${welcome.driver}"; there are ${options.drivers.map(({ name }) => name).join(', ')}`
    control.problem(null, text)
    throw new Error(text)
  }
  const originNs = BigInt(welcome.originNs)
  const writer = createHistoryWriter({ folder: welcome.historyFolder, writer: options.name, originNs: welcome.originNs })
  return new LoadWorker({ control, driver, mutant: welcome.mutant, writer, nowNs: () => Number(options.monotonicNs() - originNs) })
}

interface LoadWorkerParts {
  control: ControlWorker
  driver: Driver
  mutant: string | null
  writer: HistoryWriter
  nowNs: () => number
}

export class LoadWorker {
  readonly control: ControlWorker
  readonly driver: Driver
  readonly mutant: string | null
  /** Nanoseconds since the start of the run. */
  readonly nowNs: () => number
  readonly meter = new LoadMeter()
  readonly minted = new MintedAddresses()
  readonly #writer: HistoryWriter
  readonly #busy = new Set<Busy>()
  readonly #recorders: RecordedClient[] = []
  readonly #intendedTimes: IntendedTimes = []
  readonly #delay = monitorEventLoopDelay({ resolution: 10 })
  readonly #timers: NodeJS.Timeout[]
  #worstLagMs = 0
  #finished = false

  constructor({ control, driver, mutant, writer, nowNs }: LoadWorkerParts) {
    this.control = control
    this.driver = driver
    this.mutant = mutant
    this.nowNs = nowNs
    this.#writer = writer
    writer.startFlushing()
    this.#delay.enable()
    this.#timers = [setInterval(() => this.#sendProgress(), progressEveryMs), setInterval(() => this.#recordLag(), lagEveryMs)]
    for (const timer of this.#timers) timer.unref()
    void control.whenEnded.then(() => this.finish())
  }

  recorder(assignment: ClientAssignment): RecordedClient {
    const recorder = new RecordedClient({
      client: assignment.number,
      device: assignment.device,
      writer: this.#writer,
      meter: this.meter,
      intendedTimes: this.#intendedTimes,
      nowNs: this.nowNs,
      random: seededRandom(assignment.seed ^ 0x5bd1e995),
    })
    this.#recorders.push(recorder)
    if (this.#finished) recorder.stop()
    return recorder
  }

  enter(busy: Busy): void {
    this.#busy.add(busy)
  }

  leave(busy: Busy): void {
    this.#busy.delete(busy)
  }

  /** Ends the record: writes the last count, closes the files and tells the run. Once only. */
  finish(): void {
    if (this.#finished) return
    this.#finished = true
    this.#sendProgress()
    for (const timer of this.#timers) clearInterval(timer)
    this.#delay.disable()
    for (const busy of this.#busy) busy.recordViews()
    for (const recorder of this.#recorders) recorder.stop()
    this.#writerCount()
    this.control.closed(this.#writer.close())
  }

  #sendProgress(): void {
    const { connected, arrived, intended, invoked, acked, ackedByRoom, failed, unknown, applied } = this.meter
    const lagMs = Math.max(this.#worstLagMs, this.#delay.max / 1e6)
    this.#worstLagMs = 0
    this.control.progress({
      connected,
      arrived,
      intended,
      invoked,
      acked,
      ackedByRoom,
      failed,
      unknown,
      applied,
      ...this.meter.takeP99(),
      pending: this.#pending(),
      lagMs: Number.isFinite(lagMs) ? lagMs : 0,
    })
  }

  #recordLag(): void {
    const worstMicroseconds = Math.round(this.#delay.max / 1000)
    this.#worstLagMs = Math.max(this.#worstLagMs, worstMicroseconds / 1000)
    this.#delay.reset()
    this.#writer.row(this.nowNs(), -1, -1, -1, kinds.lag.code, 0, -1, -1, -1, worstMicroseconds)
    this.#writerCount()
  }

  #writerCount(): void {
    this.#writer.row(this.nowNs(), -1, -1, -1, kinds.writerCount.code, 0, -1, -1, -1, this.#writer.rows + 1)
  }

  #pending(): string | null {
    for (const busy of this.#busy) {
      const reason = busy.pending()
      if (reason !== null) return reason
    }
    return null
  }
}
