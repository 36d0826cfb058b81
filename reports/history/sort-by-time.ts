/** A stable order of rows by time: radix sort over 11-bit digits, so that 10 M rows of many writers take about a second. */
const digitBits = 11
const digits = 2 ** digitBits

/** Row numbers in order of time, equal times in order of row; null when the rows are in order already. */
export function orderByTime(tNs: Float64Array, length: number): Uint32Array | null {
  let inOrder = true
  let first = Infinity
  let last = -Infinity
  for (let row = 0; row < length; row++) {
    const time = tNs[row] ?? 0
    if (time < last) inOrder = false
    if (time > last) last = time
    if (time < first) first = time
  }
  if (inOrder) return null
  let order = new Uint32Array(length)
  let spare = new Uint32Array(length)
  for (let row = 0; row < length; row++) order[row] = row
  const digitOfRow = new Uint16Array(length)
  for (let scale = 1; scale <= last - first; scale *= digits) {
    const starts = digitStarts(tNs, digitOfRow, first, scale)
    for (let index = 0; index < length; index++) {
      const row = order[index] ?? 0
      const digit = digitOfRow[row] ?? 0
      const target = starts[digit] ?? 0
      spare[target] = row
      starts[digit] = target + 1
    }
    ;[order, spare] = [spare, order]
  }
  return order
}

/** Fills in each row's digit, and tells where the rows of each digit begin. */
function digitStarts(tNs: Float64Array, digitOfRow: Uint16Array, first: number, scale: number): Uint32Array {
  const counts = new Uint32Array(digits)
  for (let row = 0; row < digitOfRow.length; row++) {
    // Subtle: `&` takes the low 32 bits of any whole number below 2^53.
    const digit = (((tNs[row] ?? 0) - first) / scale) & (digits - 1)
    digitOfRow[row] = digit
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

/** The column with its entries in that order. */
export function reorder<T extends Float64Array | Int32Array | Uint8Array>(column: T, order: Uint32Array, sorted: T): T {
  for (let index = 0; index < order.length; index++) sorted[index] = column[order[index] ?? 0] ?? 0
  return sorted
}
