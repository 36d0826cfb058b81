import { z } from 'zod'

/** The folder isn't a run that can be read. The message names the file, the field where there is one, and what was expected. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError'
  readonly code = 'history_unreadable'
}

/** Parses one of the run's JSON files. Throws a HistoryError that names each bad field. */
export function parseRunFile<T>(schema: z.ZodType<T>, file: string, text: string): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new HistoryError(`${file} is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map((issue) => `${issue.path.length === 0 ? 'the whole' : issue.path.join('.')}: ${issue.message}`)
  throw new HistoryError(`${file} is malformed: ${problems.slice(0, 10).join('; ')}`)
}
