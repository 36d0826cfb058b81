/** Strings by number, each once, in the order of their first use. */
export class StringTable {
  readonly list: string[] = []
  readonly #ids = new Map<string, number>()

  idOf(text: string): number {
    const known = this.#ids.get(text)
    if (known !== undefined) return known
    this.#ids.set(text, this.list.length)
    return this.list.push(text) - 1
  }
}
