/** Lines of JSON on a socket: cuts what arrives into values, and says what could not be read. */
import type { Socket } from 'node:net'

/** Longer lines mean that the other side speaks something else. */
const lineLimit = 4_000_000

export function readLines<T>(socket: Socket, onValue: (value: T) => void, onProblem: (text: string) => void): void {
  let rest = ''
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const value = parseLine<T>(line)
      if (value === null) onProblem(`unreadable line on the control socket: ${line.slice(0, 120)}`)
      else onValue(value)
    }
    if (rest.length > lineLimit) {
      onProblem(`a line of more than ${lineLimit} characters on the control socket`)
      socket.destroy()
    }
  })
}

function parseLine<T>(line: string): T | null {
  try {
    const value: T & { type?: unknown } = JSON.parse(line)
    return typeof value === 'object' && value !== null && typeof value.type === 'string' ? value : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

export function writeLine(socket: Socket, value: object): void {
  if (socket.writable) socket.write(`${JSON.stringify(value)}\n`)
}
