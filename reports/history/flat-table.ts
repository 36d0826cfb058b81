/**
 * Reads FlatBuffers tables from bytes that may be damaged: every access is inside the bytes or throws a RangeError, and no loop is longer than its caller allows.
 * Source: https://flatbuffers.dev/internals/
 */
export class FlatTable {
  readonly #view: DataView
  readonly #position: number

  constructor(view: DataView, position: number) {
    this.#view = view
    this.#position = position
  }

  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return new FlatTable(view, view.getUint32(0, true))
  }

  byte(slot: number): number {
    const at = this.#field(slot)
    return at === null ? 0 : this.#view.getUint8(at)
  }

  int32(slot: number): number {
    const at = this.#field(slot)
    return at === null ? 0 : this.#view.getInt32(at, true)
  }

  int64(slot: number): number {
    const at = this.#field(slot)
    return at === null ? 0 : Number(this.#view.getBigInt64(at, true))
  }

  has(slot: number): boolean {
    return this.#field(slot) !== null
  }

  table(slot: number): FlatTable {
    return new FlatTable(this.#view, this.#target(slot))
  }

  text(slot: number): string {
    const at = this.#target(slot)
    const length = this.#view.getUint32(at, true)
    if (at + 4 + length > this.#view.byteLength) throw new RangeError('a string passes the end')
    return Buffer.from(this.#view.buffer, this.#view.byteOffset + at + 4, length).toString('utf8')
  }

  tables(slot: number, expected: number): FlatTable[] {
    const first = this.#vector(slot, expected)
    return Array.from({ length: expected }, (_, index) => new FlatTable(this.#view, first + 4 * index + this.#view.getUint32(first + 4 * index, true)))
  }

  /** A vector of structs of two int64 each. */
  pairs(slot: number, expected: number): [number, number][] {
    const first = this.#vector(slot, expected)
    return Array.from({ length: expected }, (_, index) => [
      Number(this.#view.getBigInt64(first + 16 * index, true)),
      Number(this.#view.getBigInt64(first + 16 * index + 8, true)),
    ])
  }

  /** Where the first element lies. */
  #vector(slot: number, expected: number): number {
    const at = this.#target(slot)
    const length = this.#view.getUint32(at, true)
    if (length !== expected) throw new RangeError(`a vector of ${length}, not ${expected}`)
    return at + 4
  }

  #target(slot: number): number {
    const at = this.#field(slot)
    if (at === null) throw new RangeError(`no field ${slot}`)
    return at + this.#view.getUint32(at, true)
  }

  #field(slot: number): number | null {
    const layout = this.#position - this.#view.getInt32(this.#position, true)
    const layoutBytes = this.#view.getUint16(layout, true)
    if (4 + 2 * slot >= layoutBytes) return null
    const offset = this.#view.getUint16(layout + 4 + 2 * slot, true)
    return offset === 0 ? null : this.#position + offset
  }
}
