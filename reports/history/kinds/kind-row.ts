/** What is told of a kind of row. */
export interface KindRow {
  code: number
  about: string
  columns: Readonly<Partial<Record<'client' | 'session' | 'room' | 'layer' | 'message' | 'seq' | 'rev' | 'value', string>>>
}
