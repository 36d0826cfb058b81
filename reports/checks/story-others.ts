/** Rows about cursors, presence, files, archives and what is left, in words. */
import type { History } from '../history/history.ts'
import { accessWays, archiveStates, askEnds, asks, fileTries, policies, presences, residues, uploadStates } from '../history/codes.ts'
import type { Kind } from '../history/kinds.ts'

const nameIn = (table: Readonly<Record<string, number>>, code: number | undefined): string => Object.entries(table).find(([, one]) => one === code)?.[0] ?? '?'

/** What reads as "a socketRooms" in the record. */
const residueWords: Readonly<Record<string, string>> = {
  sockets: 'sockets',
  socketRooms: 'rooms of sockets',
  redisKeys: 'keys that never expire',
  temporaryFiles: 'temporary files',
  objects: 'objects that nothing names',
}

/** Null for a kind that tells nothing of these. */
export function otherText(history: History, kind: Kind | undefined, row: number): string | null {
  const { client, session, room, layer, seq, rev, value } = history.columns
  const who = history.clients[client[row] ?? -1]?.user ?? 'somebody'
  const name = (id: number | undefined): string => history.names[id ?? -1] ?? '?'
  const inRoom = history.rooms[room[row] ?? -1] ?? ''
  const bits = layer[row] ?? 0
  switch (kind) {
    case 'watermark':
      return `${who} tells that it has applied ${inRoom} up to seq ${seq[row]} and read it up to ${Math.max(0, rev[row] ?? 0)}`
    case 'receipt':
      return `${who} is shown that ${name(value[row])} has ${inRoom} up to seq ${seq[row]}, read up to ${Math.max(0, rev[row] ?? 0)}`
    case 'presenceShown':
      return `${who} is shown ${name(rev[row])} as ${nameIn(presences, value[row])}`
    case 'author':
      return `${who} is shown ${name(value[row])} as its author`
    case 'searchRead':
      return `${who} searches for "${name(value[row])}": ${seq[row]} hits`
    case 'typingShown':
      return `${who} is shown as typing in ${inRoom}: ${name(value[row])}`
    case 'askInvoked':
      return `${who} asks for ${nameIn(asks, value[row])}`
    case 'askEnded':
      return `${who} gets an answer to ${nameIn(asks, value[row])}: ${nameIn(askEnds, bits)}`
    case 'fileAttached':
      return `${who} attaches ${name(value[row])}`
    case 'fileShown':
      return `${who} is shown ${name(value[row])} as ${nameIn(uploadStates, rev[row])}`
    case 'fileUrl':
      return `${who} asks for a URL of ${name(value[row])} (${nameIn(accessWays, bits)}): ${(rev[row] ?? -1) === -1 ? 'one comes' : name(rev[row])}`
    case 'fileRead':
      return `${who} fetches ${name(value[row])}, ${nameIn(fileTries, bits)}: HTTP ${session[row]}, ${seq[row]} bytes`
    case 'storedUpload':
      return `audit: the store has ${name(value[row])} of ${who} as ${nameIn(uploadStates, rev[row])}`
    case 'storedRecord':
      return `audit: the store has it as of seq ${rev[row]}${(bits & 1) !== 0 ? ', without its content' : ''}`
    case 'storedChange':
      return `audit: seq ${seq[row]} of ${inRoom} is a change of it by ${name(session[row])}`
    case 'storedPurge':
      return `audit: seq ${seq[row]} of ${inRoom} purged seqs ${(rev[row] ?? 0) + 1} to ${value[row]}${bits === 1 ? ', archived before' : ''}`
    case 'roomPolicy':
      return `audit: ${inRoom} keeps by the policy ${nameIn(policies, value[row])}${(seq[row] ?? -1) < 0 ? '' : ` after ${seq[row]} s`}${bits === 1 ? ', on legal hold' : ''}`
    case 'archiveRead':
      return `audit: the archive of ${inRoom}, seqs ${(seq[row] ?? 0) + 1} to ${rev[row]}, is ${nameIn(archiveStates, bits)}`
    case 'archived':
      return `audit: the archive of ${inRoom} has seq ${seq[row]} as of seq ${rev[row]}`
    case 'residue':
      return `${bits === 1 ? 'before the first client' : 'after the last client'}: ${name(session[row])} has ${seq[row]} ${residueWords[nameIn(residues, value[row])] ?? '?'}${(rev[row] ?? -1) === -1 ? '' : ` (${name(rev[row])})`}`
    default:
      return null
  }
}
