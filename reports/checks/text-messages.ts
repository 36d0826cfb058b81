/** What a client does with its own messages and gets of all, in histories by hand: the verbs are told in text-history.ts. */
import { statuses } from '../history/codes.ts'
import type { Cells } from '../history/columns.ts'
import { bodyHash } from '../history/record-hash.ts'
import { epochOf, layerOf, lookup, type Line, type TextIds, type TextRow } from './text-line.ts'

/** The rows of such a line of a client; null when its verb is another one. */
export function messageRows(line: Line, client: number, ids: TextIds): TextRow[] | null {
  const { verb, words, keys } = line
  const [name = '', second = ''] = words
  const about = (): Cells => ({ room: ids.room(keys['room'] ?? ids.home), message: ids.message(name) })
  const begins = (): Cells => ({ room: ids.room(second), message: ids.message(name, client) })
  const body = bodyHash(keys['body'] ?? name)
  switch (verb) {
    case 'sends':
      return sent(line, client, ids)
    case 'intended':
      return [{ kind: 'intended', ...begins(), value: body, rev: 1 }]
    case 'invoked':
      return [{ kind: 'invoked', ...begins(), seq: Number(keys['clientSeq'] ?? 1 + ids.invoked(client, ids.room(second))), value: ids.name(name) }]
    case 'attempt':
      return [{ kind: 'attempt', ...about(), seq: Number(second || 1), value: ids.name(name) }]
    case 'ok':
      return [{ kind: 'ok', ...about(), seq: Number(second), rev: epochOf(keys, ids), value: ids.name(keys['id'] ?? `id-${name}`) }]
    case 'failed':
      return [{ kind: 'failed', ...about(), value: ids.name(second) }]
    case 'unknown':
      return [{ kind: 'unknown', ...about(), seq: 1, value: ids.name(second) }]
    case 'status':
      return [{ kind: 'status', ...about(), value: lookup(statuses, second) }]
    case 'author':
      return [{ kind: 'author', ...about(), seq: -1, value: ids.name(second) }]
    case 'gets':
      return [{ kind: 'delivery', ...about(), layer: layerOf(keys), seq: Number(second), rev: Number(keys['rev'] ?? second), value: body }]
    default:
      return null
  }
}

/** All that a client does to send a message, up to the status `sending`. */
function sent(line: Line, client: number, ids: TextIds): TextRow[] {
  const [name = '', room = ''] = line.words
  const part = (verb: string, words: readonly string[]): TextRow[] => messageRows({ ...line, verb, words, keys: { ...line.keys, room } }, client, ids) ?? []
  return [
    ...part('intended', line.words),
    ...part('invoked', line.words),
    ...part('attempt', [name]),
    ...part('status', [name, 'queued']),
    ...part('status', [name, 'sending']),
  ]
}
