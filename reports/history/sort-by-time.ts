/**
 * A stable order of rows by time. Each writer's rows are nearly in order, so its late rows (those that tell of an earlier time than a row before them)
 * are taken out and sorted alone; then the rows that are left of each writer, and all the late ones, are merged. No list of a writer's rows is made: memory
 * that is new costs more time than the comparing.
 */
const digitBits = 11
const digits = 2 ** digitBits

/** By row: its place in order of time, equal times in order of row; null when the rows are in order already. `starts`: the first row of each writer, from 0. */
export function placesByTime(tNs: Float64Array, length: number, starts: readonly number[] = [0]): Uint32Array | null {
  const stops = starts.map((_, writer) => starts[writer + 1] ?? length)
  const lateRows = starts.flatMap((start, writer) => lateIn(tNs, start, stops[writer] ?? length))
  const isInOrder = (row: number): boolean => row === 0 || row >= length || (tNs[row - 1] ?? 0) <= (tNs[row] ?? 0)
  if (lateRows.length === 0 && starts.every(isInOrder)) return null
  const late = radixOrder(tNs, Uint32Array.from(lateRows))
  const writers = starts.map((start, writer) => runOf(tNs, null, start, stops[writer] ?? length))
  return merge(tNs, [...writers, runOf(tNs, late, 0, late.length)], new Uint32Array(length))
}

/** Rows of one writer that tell of an earlier time than one before them. */
function lateIn(tNs: Float64Array, start: number, stop: number): number[] {
  const late: number[] = []
  let latestNs = -Infinity
  for (let row = start; row < stop; row++) {
    const atNs = tNs[row] ?? 0
    if (atNs >= latestNs) latestNs = atNs
    else late.push(row)
  }
  return late
}

/** What has no place yet of one writer's rows, or of the late ones. */
interface Run {
  /** Of the late ones: their rows, in order. */
  rows: Uint32Array | null
  next: number
  stop: number
  /** The next row, and its time: Infinity at the end. */
  head: number
  headNs: number
}

function runOf(tNs: Float64Array, rows: Uint32Array | null, next: number, stop: number): Run {
  const head = rows === null ? next : (rows[next] ?? 0)
  return { rows, next, stop, head, headNs: next < stop ? (tNs[head] ?? 0) : Infinity }
}

const isBefore = (left: Run, right: Run): boolean => left.headNs < right.headNs || (left.headNs === right.headNs && left.head < right.head)

/** Stretch by stretch: as many rows of the run that is first as come before every other run. */
function merge(tNs: Float64Array, runs: readonly Run[], places: Uint32Array): Uint32Array {
  const end: Run = { rows: null, next: 0, stop: 0, head: Infinity, headNs: Infinity }
  for (let place = 0; ;) {
    let first = end
    let second = end
    for (const run of runs) {
      if (isBefore(run, first)) {
        second = first
        first = run
      } else if (isBefore(run, second)) second = run
    }
    if (first.headNs === Infinity) return places
    place = placeStretch(tNs, first, second, places, place)
  }
}

/** Places rows from `place` on until one comes after the head of the other run; returns the next place. */
function placeStretch(tNs: Float64Array, run: Run, other: Run, places: Uint32Array, from: number): number {
  const { rows, stop } = run
  const { head: otherRow, headNs: otherNs } = other
  let place = from
  let latestNs = run.headNs
  for (let next = run.next; next < stop; next++) {
    const row = rows === null ? next : (rows[next] ?? 0)
    const atNs = tNs[row] ?? 0
    // Late rows have a run of their own, which is in order by whole nanoseconds only.
    if (rows === null && atNs < latestNs) continue
    if (atNs > otherNs || (atNs === otherNs && row > otherRow)) {
      run.next = next
      run.head = row
      run.headNs = atNs
      return place
    }
    latestNs = atNs
    places[row] = place++
  }
  run.next = stop
  run.head = Infinity
  run.headNs = Infinity
  return place
}

/** Rows by time, equal times as they come: radix sort over 11-bit digits, good for any number of them. */
function radixOrder(tNs: Float64Array, rows: Uint32Array): Uint32Array {
  const times = new Float64Array(rows.length)
  let [first, last] = [Infinity, -Infinity]
  for (let index = 0; index < rows.length; index++) {
    const time = tNs[rows[index] ?? 0] ?? 0
    times[index] = time
    if (time < first) first = time
    if (time > last) last = time
  }
  const digitOf = new Uint16Array(rows.length)
  let order = new Uint32Array(rows.length)
  for (let index = 0; index < order.length; index++) order[index] = index
  let spare = new Uint32Array(rows.length)
  for (let scale = 1; scale <= last - first; scale *= digits) {
    const starts = digitStarts(times, digitOf, first, scale)
    for (let index = 0; index < order.length; index++) {
      const place = order[index] ?? 0
      const digit = digitOf[place] ?? 0
      const target = starts[digit] ?? 0
      spare[target] = place
      starts[digit] = target + 1
    }
    ;[order, spare] = [spare, order]
  }
  for (let index = 0; index < order.length; index++) spare[index] = rows[order[index] ?? 0] ?? 0
  return spare
}

/** Fills in each time's digit, and tells where the times of each digit begin. */
function digitStarts(times: Float64Array, digitOf: Uint16Array, first: number, scale: number): Uint32Array {
  const counts = new Uint32Array(digits)
  for (let index = 0; index < times.length; index++) {
    // Subtle: `&` takes the low 32 bits of any whole number below 2^53.
    const digit = (((times[index] ?? 0) - first) / scale) & (digits - 1)
    digitOf[index] = digit
    counts[digit] = (counts[digit] ?? 0) + 1
  }
  let start = 0
  for (let digit = 0; digit < digits; digit++) {
    const count = counts[digit] ?? 0
    counts[digit] = start
    start += count
  }
  return counts
}

/**
 * Fills `sorted` with the column's entries, each at its place. Subtle: one function a width, though they read alike: the compiler makes a loop fast that
 * meets arrays of one width only.
 */
export function timesInOrder(column: Float64Array, places: Uint32Array): Float64Array {
  const sorted = new Float64Array(places.length)
  for (let row = 0; row < places.length; row++) sorted[places[row] ?? 0] = column[row] ?? 0
  return sorted
}

export function numbersInOrder(column: Int32Array, places: Uint32Array): Int32Array {
  const sorted = new Int32Array(places.length)
  for (let row = 0; row < places.length; row++) sorted[places[row] ?? 0] = column[row] ?? 0
  return sorted
}

export function bytesInOrder(column: Uint8Array, places: Uint32Array): Uint8Array {
  const sorted = new Uint8Array(places.length)
  for (let row = 0; row < places.length; row++) sorted[places[row] ?? 0] = column[row] ?? 0
  return sorted
}
