/**
 * What the audit found, in histories by hand: messages, heads and entries as text-history.ts tells them; and
 *
 *   9.1 audit entry mute bob room-1 7 by=alice     who did it, where it is another; lifted=1, limited=1; entry role bob room-1 7 by=alice role=moderator
 *   9.1 audit change edit bob m2 room-1 7     what that entry brings: body=, or emoji=, or how= (author, moderator, hold, release, remove); blanked=1
 *   9.1 audit purged room-1 9 0 5             an entry at 9 that purged seqs 1 to 5; archived=1. audit policy room-1 archive 60 set=100 [through=5] [hold=1]
 *   9.1 audit archive room-1 0 5              damaged=1, missing=1; and of that archive: archived m1 room-1 4 [rev=] [body=] [edits=]
 *   9.1 audit upload f1 alice room-1 clean    hash=, bytes=. readEntry join room-1 1 [layer=4]: an entry that a fresh client read
 */
import { archiveStates, entryBits, entryKinds, policies, recordBits, uploadStates } from '../history/codes.ts'
import { bodyHash, recordHash } from '../history/record-hash.ts'
import { epochOf, lookup, recordIn, type Line, type TextIds, type TextRow } from './text-line.ts'

/** Throws for a verb that the audit doesn't have. */
export function auditRows(line: Line, ids: TextIds): TextRow[] {
  const rows = logRows(line, ids) ?? keepingRows(line, ids) ?? messageRows(line, ids)
  if (rows === null) throw new Error(`the audit has no verb ${line.verb}`)
  return rows
}

function logRows({ verb, words, keys }: Line, ids: TextIds): TextRow[] | null {
  const [first = '', second = '', third = '', fourth = ''] = words
  if (verb === 'head') return [{ kind: 'auditHead', room: ids.room(first), seq: Number(second), value: epochOf(keys, ids), layer: Number(keys['layer'] ?? 1) }]
  if (verb !== 'entry') return null
  return [
    {
      kind: 'storedEntry',
      client: ids.client(second),
      session: ids.client(keys['by']),
      room: ids.room(third),
      seq: Number(fourth),
      rev: epochOf(keys, ids),
      value: lookup(entryKinds, first),
      layer:
        (keys['lifted'] === undefined ? 0 : entryBits.lifted) |
        (keys['limited'] === undefined ? 0 : entryBits.limited) |
        (keys['role'] === undefined ? 0 : lookup(entryBits, keys['role'])),
      message: keys['about'] === undefined ? -1 : ids.message(keys['about']),
    },
  ]
}

/** Messages as they are stored, and as a fresh client read them. */
function messageRows({ verb, words, keys }: Line, ids: TextIds): TextRow[] | null {
  if (!['read', 'readStub', 'record', 'stored', 'stub'].includes(verb)) return null
  const [first = '', second = '', third = '', fourth = ''] = words
  const message = ids.message(first)
  const seq = Number(third)
  const at = { room: ids.room(second), message, seq, rev: Number(keys['rev'] ?? seq) }
  const held = keys['held'] === undefined ? 0 : recordBits.held
  const layer = Number(keys['layer'] ?? 2)
  const gone = recordHash({ body: null, deleted: { kind: 'author' } })
  if (verb === 'read') return [{ kind: 'audited', ...at, value: recordIn(keys, first), layer }]
  if (verb === 'readStub') return [{ kind: 'audited', ...at, value: gone, layer: layer | recordBits.stub }]
  if (verb === 'record')
    return [{ kind: 'storedRecord', ...at, value: recordIn(keys, first), layer: held | (keys['gone'] === undefined ? 0 : recordBits.stub) }]
  const sender = { client: ids.sender(message), session: ids.name(fourth) }
  const stub = verb === 'stub'
  return [
    { kind: 'stored', ...at, ...sender, value: stub ? -1 : bodyHash(keys['body'] ?? first), layer: stub ? recordBits.stub : held },
    { kind: 'storedId', ...at, rev: epochOf(keys, ids), value: ids.name(keys['id'] ?? `id-${first}`) },
    ...(stub ? [{ kind: 'storedRecord' as const, ...at, value: gone, layer: recordBits.stub }] : []),
  ]
}

/** Changes, purges, archives and files. */
function keepingRows({ verb, words, keys }: Line, ids: TextIds): TextRow[] | null {
  const at = (index: number): number => Number(words[index] ?? -1)
  const [first = '', second = ''] = words
  switch (verb) {
    case 'change': {
      const how = keys['emoji'] ?? keys['how'] ?? (first === 'delete' ? 'author' : undefined)
      return [
        {
          kind: 'storedChange',
          session: ids.name(second),
          room: ids.room(words[3]),
          message: ids.message(words[2]),
          seq: at(4),
          rev: how === undefined ? -1 : ids.name(how),
          value: keys['body'] === undefined ? -1 : bodyHash(keys['body']),
          layer: keys['blanked'] === undefined ? 0 : 1,
        },
      ]
    }
    case 'readEntry':
      return [{ kind: 'auditedEntry', room: ids.room(second), seq: at(2), value: lookup(entryKinds, first), layer: Number(keys['layer'] ?? 2) }]
    case 'purged': {
      const room = ids.room(first)
      return [
        { kind: 'storedEntry', room, seq: at(1), rev: ids.name('epoch-1'), value: entryKinds.purged },
        { kind: 'storedPurge', room, seq: at(1), rev: at(2), value: at(3), layer: keys['archived'] === undefined ? 0 : 1 },
      ]
    }
    case 'policy': {
      const [session, rev, layer] = [Number(keys['set'] ?? -1), Number(keys['through'] ?? 0), keys['hold'] === undefined ? 0 : 1]
      return [{ kind: 'roomPolicy', room: ids.room(first), value: lookup(policies, second), seq: at(2), session, rev, layer }]
    }
    case 'archive': {
      const layer = keys['damaged'] === undefined ? (keys['missing'] === undefined ? archiveStates.whole : archiveStates.missing) : archiveStates.damaged
      return [{ kind: 'archiveRead', room: ids.room(first), seq: at(1), rev: at(2), value: 0, layer }]
    }
    case 'archived': {
      const rev = Number(keys['rev'] ?? at(2))
      const layer = keys['gone'] === undefined ? 0 : recordBits.stub
      return [{ kind: 'archived', room: ids.room(second), message: ids.message(first), seq: at(2), rev, value: recordIn(keys, first), layer }]
    }
    case 'upload':
      return [
        {
          kind: 'storedUpload',
          client: ids.client(second),
          room: ids.room(words[2]),
          rev: lookup(uploadStates, words[3]),
          value: ids.name(first),
          session: bodyHash(keys['hash'] ?? first),
          seq: Number(keys['bytes'] ?? 10),
        },
      ]
    default:
      return null
  }
}
