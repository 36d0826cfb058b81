/** What a client is told of its sessions and rooms, and what it asks to change, in histories by hand: the verbs are told in text-history.ts. */
import { changeKinds, entryKinds } from '../history/codes.ts'
import { bodyHash } from '../history/record-hash.ts'
import { epochOf, layerOf, lookup, type Line, type TextIds, type TextRow } from './text-line.ts'

/** The rows of such a line of a client; null when its verb is another one. */
export function sessionRows({ verb, words, keys }: Line, ids: TextIds): TextRow[] | null {
  const [first = '', second = ''] = words
  const seq = Number(words[1] ?? -1)
  const at = () => ({ room: ids.room(first), seq })
  const home = () => ids.room(keys['room'] ?? ids.home)
  /** Of the change by its client. */
  const number = Number(keys['number'] ?? 0)
  switch (verb) {
    case 'connect':
      return [{ kind: 'connect', value: ids.name(first), rev: ids.name('boot-1') }]
    case 'disconnect':
      return [{ kind: 'disconnect', value: ids.name(words[0] ?? 'transport close') }]
    case 'expected':
      return [{ kind: 'expected', session: -1, value: Number(first) }]
    case 'asksJoin':
      return [{ kind: 'joinInvoked', room: ids.room(first) }]
    case 'joined':
      return [{ kind: 'joined', ...at(), rev: epochOf(keys, ids) }]
    case 'left':
      return [{ kind: 'left', ...at(), value: ids.name(keys['by'] ?? '') }]
    case 'sees':
      return [{ kind: 'entry', room: ids.room(second), layer: layerOf(keys), seq: Number(words[2]), rev: Number(words[2]), value: lookup(entryKinds, first) }]
    case 'stub':
      return [{ kind: 'delivery', ...at(), layer: layerOf(keys), rev: Number(keys['rev'] ?? seq), value: -1 }]
    case 'syncBegin':
      return [{ kind: 'syncBegin', ...at(), rev: Number(keys['generation'] ?? 0) }]
    case 'syncComplete':
      return [{ kind: 'syncComplete', ...at(), rev: Number(keys['generation'] ?? 0), value: epochOf(keys, ids) }]
    case 'syncReset':
      return [{ kind: 'syncReset', ...at(), rev: Number(keys['generation'] ?? 1), value: ids.name('gap_over_limit') }]
    case 'heartbeat':
      return [{ kind: 'heartbeat', ...at(), value: epochOf(keys, ids) }]
    case 'watermark':
      return [{ kind: 'watermark', ...at(), rev: Number(keys['read'] ?? seq) }]
    case 'asks':
    case 'done': {
      const about = { room: ids.room(keys['room'] ?? ids.home), message: ids.message(second), value: lookup(changeKinds, first) }
      return [
        verb === 'asks' ? { kind: 'changeInvoked', ...about, rev: bodyHash(keys['body'] ?? '') } : { kind: 'changeOk', ...about, rev: Number(words[2] ?? -1) },
      ]
    }
    // Of a member, whom the text names by the hash of the user.
    case 'asksAbout':
      return [{ kind: 'changeInvoked', room: home(), value: lookup(changeKinds, first), rev: bodyHash(second), seq: number }]
    case 'doneAbout':
      return [{ kind: 'changeOk', room: home(), value: lookup(changeKinds, first), rev: seq, seq: number }]
    case 'refused':
      return [{ kind: 'changeFailed', room: home(), value: lookup(changeKinds, first), rev: ids.name(second), seq: number }]
    default:
      return null
  }
}
