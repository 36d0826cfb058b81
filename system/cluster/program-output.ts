/** What a program prints: appended to its log file, with the last lines kept in memory. */
import { createWriteStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { createInterface } from 'node:readline'

const keptLines = 200

export interface ProgramOutput {
  tail: () => string
  /** The first line, printed already or still to come, that matches. Rejects when `ended` resolves first or at the deadline, quoting the tail. */
  line: (pattern: RegExp, timeoutMs: number) => Promise<RegExpMatchArray>
}

export function collectOutput(name: string, streams: readonly Readable[], logPath: string, ended: Promise<string>): ProgramOutput {
  const lines: string[] = []
  const watchers = new Set<(line: string) => void>()
  const log = createWriteStream(logPath, { flags: 'a' })
  // A full disk must not end the run from inside a stream: the tail says it instead.
  log.on('error', (error) => lines.push(`(log ${logPath}: ${error.message})`))
  for (const stream of streams) {
    stream.pipe(log, { end: false })
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line)
      if (lines.length > keptLines) lines.shift()
      for (const watch of watchers) watch(line)
    })
  }
  const tail = (): string => lines.slice(-20).join('\n')
  void ended.then(() => log.end())

  const line = (pattern: RegExp, timeoutMs: number): Promise<RegExpMatchArray> =>
    new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer)
        watchers.delete(watch)
        act()
      }
      const fail = (why: string): void =>
        settle(() => reject(new Error(`${name} ${why} before it printed ${pattern}; it printed last:\n${tail() || '(nothing)'}`)))
      const watch = (text: string): void => {
        const match = text.match(pattern)
        if (match !== null) settle(() => resolve(match))
      }
      const timer = setTimeout(() => fail(`took ${timeoutMs} ms`), timeoutMs)
      watchers.add(watch)
      for (const text of lines) watch(text)
      void ended.then(fail)
    })
  return { tail, line }
}
