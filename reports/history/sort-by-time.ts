/**
 * A stable order of rows by time. Each writer's rows are nearly in order, so its late rows (those that tell of an earlier time than a row before them)
 * are taken out and sorted alone; then the rows that are left of each writer, and all the late ones, are merged.
 */
const digitBits = 11
const digits = 2 ** digitBits

/** Row numbers in order of time, equal times in order of row; null when the rows are in order already. `starts`: the first row of each writer, from 0. */
export function orderByTime(tNs: Float64Array, length: number, starts: readonly number[] = [0]): Uint32Array | null {
  const onTime = new Uint32Array(length)
  const late = new Uint32Array(length)
  const lists: Uint32Array[] = []
  let kept = 0
  let lateRows = 0
  let inOrder = true
  let before = -Infinity
  for (const [writer, start] of starts.entries()) {
    const stop = starts[writer + 1] ?? length
    const first = kept
    let latest = -Infinity
    for (let row = start; row < stop; row++) {
      const time = tNs[row] ?? 0
      if (time < before) inOrder = false
      before = time
      if (time >= latest) {
        latest = time
        onTime[kept++] = row
      } else late[lateRows++] = row
    }
    lists.push(onTime.subarray(first, kept))
  }
  if (inOrder) return null
  if (lateRows > 0) lists.push(radixOrder(tNs, late.subarray(0, lateRows)))
  return mergeAll(tNs, lists)
}

/** Merges the two shortest lists until one is left. */
function mergeAll(tNs: Float64Array, lists: Uint32Array[]): Uint32Array {
  const waiting = [...lists]
  for (;;) {
    waiting.sort((left, right) => left.length - right.length)
    const [first, second] = waiting.splice(0, 2)
    if (first === undefined || second === undefined) return first ?? new Uint32Array(0)
    waiting.push(merge(tNs, first, second))
  }
}

function merge(tNs: Float64Array, left: Uint32Array, right: Uint32Array): Uint32Array {
  const merged = new Uint32Array(left.length + right.length)
  let leftAt = 0
  let rightAt = 0
  for (let index = 0; index < merged.length; index++) {
    if (leftAt === left.length || rightAt === right.length) {
      merged.set(leftAt === left.length ? right.subarray(rightAt) : left.subarray(leftAt), index)
      break
    }
    const leftRow = left[leftAt] ?? 0
    const rightRow = right[rightAt] ?? 0
    const leftTime = tNs[leftRow] ?? 0
    const rightTime = tNs[rightRow] ?? 0
    if (leftTime < rightTime || (leftTime === rightTime && leftRow < rightRow)) {
      merged[index] = leftRow
      leftAt++
    } else {
      merged[index] = rightRow
      rightAt++
    }
  }
  return merged
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
 * Fills `sorted` with the column's entries in that order. Subtle: one function a width, though they read alike: the compiler makes a loop fast that meets
 * arrays of one width only.
 */
export function timesInOrder(column: Float64Array, order: Uint32Array, sorted: Float64Array = new Float64Array(order.length)): Float64Array {
  for (let index = 0; index < order.length; index++) sorted[index] = column[order[index] ?? 0] ?? 0
  return sorted
}

export function numbersInOrder(column: Int32Array, order: Uint32Array, sorted: Int32Array = new Int32Array(order.length)): Int32Array {
  for (let index = 0; index < order.length; index++) sorted[index] = column[order[index] ?? 0] ?? 0
  return sorted
}

export function bytesInOrder(column: Uint8Array, order: Uint32Array, sorted: Uint8Array = new Uint8Array(order.length)): Uint8Array {
  for (let index = 0; index < order.length; index++) sorted[index] = column[order[index] ?? 0] ?? 0
  return sorted
}
