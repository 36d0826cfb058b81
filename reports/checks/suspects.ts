/** Rows that look wrong. */

/** Counts all, keeps the first rows as examples. */
export class Suspects {
  count = 0
  readonly rows: number[] = []
  add(row: number): void {
    this.count++
    if (this.rows.length < 1000) this.rows.push(row)
  }
}
