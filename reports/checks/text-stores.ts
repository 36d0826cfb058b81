/**
 * What the audit finds besides messages, what presence and files do, and what is left, in histories by hand:
 *
 *   9.1 audit change edit bob m2 room-1 7     what that entry brings: body=, or emoji=, or how= (author, moderator, hold, release, remove); blanked=1
 *   9.1 audit purged room-1 9 0 5             an entry at 9 that purged seqs 1 to 5; archived=1. audit policy room-1 archive 60 set=100 [through=5] [hold=1]
 *   9.1 audit archive room-1 0 5              damaged=1, missing=1; and of that archive: archived m1 room-1 4 [rev=] [body=] [edits=]
 *   9.1 audit upload f1 alice room-1 clean    hash=, bytes=. readEntry join room-1 1 [layer=4]: an entry that a fresh client read
 *   9.9 run residue sockets 0 before=1        where=node-1, names=a,b; without before: after the last client went
 *   0.1 alice receipt bob room-1 5 read=4     what alice is shown of bob; presence bob online; shows m1 4 rev=7 body= edits= (a message anew)
 *   0.1 alice attaches m1 f1                  url f1 signed [expires=30] [refused=forbidden]; fetches f1 200 [hash=] [try=tampered]; file f1 clean m1 4; replaced laptop-2 (reload=1): a new client of the same person
 *   0.1 node-1 beat alice number=1            idle=1, unsure=1; gone alice number=1; minted f1 alice [seq=4], served f1 alice; state f1 clean
 */
import { accessWays, archiveStates, entryKinds, fileTries, layers, policies, presences, recordBits, residues, uploadStates } from '../history/codes.ts'
import type { Kind } from '../history/kinds.ts'
import { bodyHash, recordHash } from '../history/record-hash.ts'
import { journalStages, presenceBits } from '../../system/journal-rows.ts'
import type { Cells, Line } from './text-history.ts'
import type { TextIds } from './text-reads.ts'

type Rows = (Cells & { kind: Kind })[]

const lookup = (table: Readonly<Record<string, number>>, name: string | undefined): number => {
  const code = table[name ?? '']
  if (code === undefined) throw new Error(`no ${name} among ${Object.keys(table).join(', ')}`)
  return code
}

/** Keys body, edits, deleted, moderation and reacted=emoji:user+user. Without body: that of the message's name; `gone=1`: none. */
export function recordIn(keys: Readonly<Record<string, string>>, name: string): number {
  const reactions = (keys['reacted'] ?? '').split(',').filter((one) => one !== '')
  return recordHash({
    body: keys['gone'] === undefined ? (keys['body'] ?? name) : null,
    edits: Number(keys['edits'] ?? 0),
    ...(keys['deleted'] === undefined ? {} : { deleted: { kind: keys['deleted'] } }),
    moderation: keys['moderation'] ?? '',
    reactions: Object.fromEntries(reactions.map((one) => [one.split(':')[0] ?? '', (one.split(':')[1] ?? '').split('+')])),
  })
}

/** The rows of such a line of the audit; null when its verb is another one. `clientOf`: -1 for a user who is no client. */
export function auditRows({ verb, words, keys }: Line, ids: TextIds, clientOf: (user: string | undefined) => number): Rows | null {
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
          client: clientOf(second),
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

export function residueRow({ words, keys }: Line, ids: TextIds): Rows[number] {
  const names = keys['names'] === undefined ? -1 : ids.name(keys['names'])
  const layer = keys['before'] === undefined ? 2 : 1
  return { kind: 'residue', value: lookup(residues, words[0]), seq: Number(words[1]), rev: names, session: ids.name(keys['where'] ?? 'node-1'), layer }
}

/** Of a client: what it is shown of others, and of files. */
export function shownRows({ verb, words, keys }: Line, ids: TextIds): Rows | null {
  const at = (index: number): number => Number(words[index] ?? -1)
  const [first = '', second = ''] = words
  const home = ids.room(keys['room'] ?? ids.home)
  switch (verb) {
    case 'receipt':
      return [{ kind: 'receipt', room: ids.room(second), seq: at(2), rev: Number(keys['read'] ?? 0), value: ids.name(first) }]
    case 'presence':
      return [{ kind: 'presenceShown', rev: ids.name(first), value: lookup(presences, second) }]
    case 'shows': {
      const layer = layers.live | (keys['gone'] === undefined ? 0 : recordBits.stub)
      return [{ kind: 'changed', room: home, message: ids.message(first), seq: at(1), rev: Number(keys['rev'] ?? at(1)), value: recordIn(keys, first), layer }]
    }
    case 'replaced':
      return [{ kind: 'clientReplaced', layer: keys['reload'] === undefined ? 1 : 0, value: ids.name(first) }]
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

/** Of a node: cells of a journal row about a person or a file; null when its verb is another one. */
export function journalCells(
  { verb, words, keys }: Line,
  ids: TextIds,
): { stage: number; room?: number; seq: number; count: number; extra: number; message: number } | null {
  const [first = '', second = ''] = words
  const seq = Number(keys['number'] ?? 1)
  const extra = (keys['idle'] === undefined ? 0 : presenceBits.idle) | (keys['unsure'] === undefined ? 0 : presenceBits.unconfirmed)
  if (verb === 'beat') return { stage: journalStages.beatStored, seq, count: ids.name(first), extra, message: -1 }
  if (verb === 'gone') return { stage: journalStages.presenceGone, seq, count: ids.name(first), extra, message: -1 }
  if (verb === 'minted' || verb === 'served')
    return {
      stage: journalStages.fileServed,
      room: ids.room(ids.home),
      seq: Number(keys['seq'] ?? -1),
      count: ids.name(second),
      extra: verb === 'served' ? 1 : 0,
      message: ids.name(first),
    }
  if (verb === 'state') return { stage: journalStages.uploadState, seq: -1, count: 0, extra: lookup(uploadStates, second), message: ids.name(first) }
  return null
}
