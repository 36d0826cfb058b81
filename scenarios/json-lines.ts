/** Lines of JSON on a socket: cuts what arrives into values, and says what could not be read. */
import type { Socket } from 'node:net'

/** Longer lines mean that the other side speaks something else. */
const lineLimit = 4_000_000

/** `types` names every type that the other side may send: a line of another type, or of none, is a problem. */
export function readLines<T extends { type: string }>(
  socket: Socket,
  types: Readonly<Record<T['type'], true>>,
  onValue: (value: T) => void,
  onProblem: (text: string) => void,
): void {
  let rest = ''
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const value = parseLine(line, types)
      if (value === null) onProblem(`unreadable line on the control socket: ${line.slice(0, 120)}`)
      else onValue(value)
    }
    if (rest.length > lineLimit) {
      onProblem(`a line of more than ${lineLimit} characters on the control socket`)
      socket.destroy()
    }
  })
}

function parseLine<T extends { type: string }>(line: string, types: Readonly<Record<T['type'], true>>): T | null {
  try {
    const value: T | null = JSON.parse(line)
    return typeof value === 'object' && value !== null && Object.hasOwn(types, value.type) ? value : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

export function writeLine(socket: Socket, value: object): void {
  if (socket.writable) socket.write(`${JSON.stringify(value)}\n`)
}
