/** Every format in which a result can be told. A new one is a file and a row here. */
import type { Result } from '../result.ts'
import { renderTerminal } from './terminal.ts'

export interface Renderer {
  name: string
  extension: string
  render(result: Result): string
}

export const renderers: readonly Renderer[] = [
  { name: 'json', extension: 'json', render: (result) => `${JSON.stringify(result, null, 2)}\n` },
  { name: 'terminal', extension: 'txt', render: (result) => renderTerminal(result, { colour: false }) },
]
