/**
 * What a client is shown of others and of files, and what it does with files, in histories by hand:
 *
 *   0.1 alice receipt bob room-1 5 read=4     what alice is shown of bob; presence bob online; shows m1 4 rev=7 body= edits= (a message anew)
 *   0.1 alice typing room-1 bob,carol         whom she is shown as typing there; without names: nobody
 *   0.1 alice shares f1 [made=infected]       she puts that file to its place
 *   0.1 alice attaches m1 f1                  url f1 signed [expires=30] [refused=forbidden]; fetches f1 200 [hash=] [try=tampered]; file f1 clean m1 4
 *   0.1 alice replaced laptop-2               a new client of the same person; reload=1: on the same device
 */
import { accessWays, fileContents, fileSteps, fileTries, layers, presences, recordBits, uploadStates } from '../history/codes.ts'
import { bodyHash } from '../history/record-hash.ts'
import { lookup, recordIn, type Line, type TextIds, type TextRow } from './text-line.ts'

/** The rows of such a line of a client; null when its verb is another one. */
export function shownRows({ verb, words, keys }: Line, ids: TextIds): TextRow[] | null {
  const at = (index: number): number => Number(words[index] ?? -1)
  const [first = '', second = ''] = words
  const home = ids.room(keys['room'] ?? ids.home)
  switch (verb) {
    case 'receipt':
      return [{ kind: 'receipt', room: ids.room(second), seq: at(2), rev: Number(keys['read'] ?? 0), value: ids.name(first) }]
    case 'presence':
      return [{ kind: 'presenceShown', rev: ids.name(first), value: lookup(presences, second) }]
    case 'typing':
      return [{ kind: 'typingShown', room: ids.room(first), seq: second === '' ? 0 : second.split(',').length, value: ids.name(second) }]
    case 'shows': {
      const layer = layers.live | (keys['gone'] === undefined ? 0 : recordBits.stub)
      return [{ kind: 'changed', room: home, message: ids.message(first), seq: at(1), rev: Number(keys['rev'] ?? at(1)), value: recordIn(keys, first), layer }]
    }
    case 'replaced':
      return [{ kind: 'clientReplaced', layer: keys['reload'] === undefined ? 1 : 0, value: ids.name(first) }]
    case 'shares': {
      const number = ids.name(first)
      return [
        { kind: 'fileIntended', room: home, seq: number, rev: 10, value: bodyHash(first), layer: lookup(fileContents, keys['made'] ?? 'clean') },
        { kind: 'fileStep', session: 200, room: home, layer: fileSteps.put, seq: number, value: number },
      ]
    }
    case 'attaches':
      return [{ kind: 'fileAttached', room: home, message: ids.message(first), value: ids.name(second) }]
    case 'file':
      return [{ kind: 'fileShown', room: home, message: ids.message(words[2]), seq: at(3), rev: lookup(uploadStates, second), value: ids.name(first) }]
    case 'url': {
      const rev = keys['refused'] === undefined ? -1 : ids.name(keys['refused'])
      return [{ kind: 'fileUrl', room: home, layer: lookup(accessWays, second), value: ids.name(first), seq: Number(keys['expires'] ?? -1), rev }]
    }
    case 'fetches': {
      const isServed = at(1) === 200
      const rev = isServed ? bodyHash(keys['hash'] ?? first) : -1
      return [
        {
          kind: 'fileRead',
          room: home,
          layer: lookup(fileTries, keys['try'] ?? 'asMinted'),
          session: at(1),
          seq: isServed ? 10 : 0,
          rev,
          value: ids.name(first),
        },
      ]
    }
    default:
      return null
  }
}
