/**
 * Rule: nothing of a file is served before its clean verdict, and of one that never was clean (infected, in error, expired, still scanning) nothing ever:
 * - no address is given for it, and no byte comes, by whatever request; nor once it has gone, because no message carries it any more (deleted or purged);
 * - what was made as a virus that every scanner finds never was clean, also where the scanner could not be asked;
 * - the bytes that come are those that were declared, whatever was put to the place of the upload afterwards;
 * - a request whose signature or name was tampered with gets nothing;
 * - by the way of access that the run declares, and no address is given by another: `proxy`: whoever is no member gets nothing, with another's address
 *   neither. `signed`: an address is given to members only, at a seq of theirs, and no more after the end of their stay was acked; after it expired nobody
 *   gets anything by it. `public`: reported only.
 * Excused: an address given up to 250 ms before the verdict, as the row of a journal may lie behind what it tells of; a signed address in the hands of whoever
 * holds it until it expires, and a public one for ever: that is what they promise (reported); what is read within 2 s of the file's going, as the read may
 * have begun before. What the journals don't tell of verdicts is judged by the stored state alone.
 * Population: uploads stored, addresses asked for and requests for bytes. Not applicable where nobody shared a file.
 * Unknown: without a sound audit.
 * Can't see: what the scanner itself misses: a clean verdict is taken as true, but of what was made as a virus; requests that no client of the run made, as to attach the upload of another; an address that is served up to 2 s
 * after it expired, because stores count whole seconds.
 */
import type { History } from '../history/history.ts'
import { accessWays, fileTries, uploadStates } from '../history/codes.ts'
import type { Story } from '../result.ts'
import { auditOf } from './audit.ts'
import type { Check } from './check.ts'
import { conclude, exampleLimit, notApplicable } from './finding.ts'
import { filesOf, wayName, type FileFacts } from './file-facts.ts'
import { mintedForOutsiders } from './file-mints.ts'
import { membershipOf } from './membership.ts'
import { clientName, tell } from './story.ts'

type Wrong = 'infected' | 'notClean' | 'beforeVerdict' | 'otherBytes' | 'tampered' | 'expired' | 'outsider' | 'otherWay'
interface Found {
  what: Wrong
  row: number
  why: string
}
/** A journal row of a verdict may lie so far behind the stored state. A choice: the store's answer on a busy machine. */
const lateNs = 250e6
/** A read that was begun before a file went, with the last message that carried it, may end after that. A choice. */
const goneGraceNs = 2e9
/** Addresses expire by whole seconds of the store's clock. */
const expiryNs = 2e9

export const quarantine: Check = {
  name: 'quarantine',
  claim: 'no byte and no address of a file was given before its clean verdict, nor to whom it is not meant',
  needs: ['files'],
  examine(history) {
    const uploads = history.rowsOf('storedUpload')
    const urls = history.rowsOf('fileUrl')
    const reads = history.rowsOf('fileRead')
    if (uploads.length + urls.length + reads.length === 0) return notApplicable('nobody shared a file')
    const { rev, session } = history.columns
    const given = [...urls].filter((row) => rev[row] === -1)
    const served = [...reads].filter((row) => isServed(session[row]))
    const found = [
      ...[...uploads].flatMap((row) => verdictFault(history, row) ?? []),
      ...given.flatMap((row) => addressFault(history, row) ?? []),
      ...served.flatMap((row) => readFault(history, row) ?? []),
    ]
    const minted = mintedForOutsiders(history)
    const count = (what: Wrong): number => found.filter((one) => one.what === what).length
    return conclude({
      population: uploads.length + urls.length + reads.length,
      violations: found.length + minted.length,
      figures: {
        access: wayName(filesOf(history).way),
        uploads: uploads.length,
        addressesGiven: given.length,
        served: served.length,
        refused: urls.length - given.length + reads.length - served.length,
        servedToHolders: served.filter((row) => history.columns.layer[row] === fileTries.borrowed).length,
        infected: count('infected'),
        notClean: count('notClean'),
        beforeVerdict: count('beforeVerdict'),
        otherBytes: count('otherBytes'),
        tampered: count('tampered'),
        expired: count('expired'),
        outsider: count('outsider') + minted.length,
        otherWay: count('otherWay'),
      },
      evidence: [...found.map((one) => story(history, one)), ...minted].slice(0, exampleLimit),
      doubt: auditOf(history).doubt,
    })
  },
}

const isServed = (status: number | undefined): boolean => status !== undefined && status >= 200 && status < 300

function verdictFault(history: History, row: number): Found | null {
  const { state, cleanNs, isInfected } = filesOf(history).of(history.columns.value[row] ?? -1)
  const wasClean = state === uploadStates.clean || !Number.isNaN(cleanNs)
  return isInfected && wasClean ? { what: 'infected', row, why: 'what was made as a virus was found clean' } : null
}

/** Infected, never clean, not yet, or not any more. */
function stateFault({ state, cleanNs, goneNs, isInfected }: FileFacts, row: number, atNs: number, what: string): Found | null {
  if (isInfected) return { what: 'infected', row, why: `${what} of a file that was made as a virus` }
  const hasGone = state === uploadStates.expired && !Number.isNaN(cleanNs)
  if (state !== uploadStates.clean && !hasGone) return { what: 'notClean', row, why: `${what} of a file that never was clean` }
  if (hasGone && atNs > goneNs + goneGraceNs) return { what: 'notClean', row, why: `${what} of a file that had gone with its message` }
  return atNs + lateNs < cleanNs ? { what: 'beforeVerdict', row, why: `${what} ${Math.round((cleanNs - atNs) / 1e6)} ms before the verdict` } : null
}

function addressFault(history: History, row: number): Found | null {
  const { value, tNs, client, room, layer } = history.columns
  const { fileAccess } = history
  if (fileAccess !== undefined && layer[row] !== accessWays[fileAccess])
    return { what: 'otherWay', row, why: `the address is for ${wayName(layer[row] ?? -1)} access, where ${fileAccess} is declared` }
  const fault = stateFault(filesOf(history).of(value[row] ?? -1), row, tNs[row] ?? 0, 'an address was given')
  if (fault !== null) return fault
  const member = membershipOf(history).of(client[row] ?? -1, room[row] ?? -1)
  return member === null ? { what: 'outsider', row, why: `an address was given to ${clientName(history, client[row] ?? -1)}, who never was in the room` } : null
}

function readFault(history: History, row: number): Found | null {
  const { value, tNs, rev, layer } = history.columns
  const facts = filesOf(history).of(value[row] ?? -1)
  const atNs = tNs[row] ?? 0
  if (layer[row] === fileTries.tampered) return { what: 'tampered', row, why: 'a request that was tampered with was served' }
  const fault = stateFault(facts, row, atNs, 'bytes came')
  if (fault !== null) return fault
  if (rev[row] !== facts.hash) return { what: 'otherBytes', row, why: 'the bytes that came are not those that were declared and scanned' }
  return wayFault(history, facts, row, atNs)
}

function wayFault(history: History, { mints }: FileFacts, row: number, atNs: number): Found | null {
  const { client, layer, room } = history.columns
  const { way } = filesOf(history)
  const [own, tried] = [client[row] ?? -1, layer[row] ?? -1]
  if (way === accessWays.proxy) {
    const isMember = membershipOf(history).of(own, room[row] ?? -1) !== null
    return tried === fileTries.borrowed || !isMember
      ? { what: 'outsider', row, why: `the node served it to ${clientName(history, own)}, who is no member` }
      : null
  }
  if (way !== accessWays.signed) return null
  const usable = tried === fileTries.expired ? mints.filter((mint) => mint.client === own && mint.expiresNs < atNs) : mints.filter((mint) => mint.atNs <= atNs)
  const lastNs = Math.max(...usable.map((mint) => mint.expiresNs))
  return usable.length > 0 && atNs > lastNs + expiryNs
    ? { what: 'expired', row, why: `it was served ${((atNs - lastNs) / 1e9).toFixed(1)} s after its address had expired` }
    : null
}

function story(history: History, { row, why }: Found): Story {
  const { value, room } = history.columns
  const facts = filesOf(history).of(value[row] ?? -1)
  const attached = [...history.rowsOf('fileAttached')].find((one) => value[one] === value[row]) ?? -1
  const rows = [...new Set([attached, row, facts.row])].filter((one) => one !== -1)
  return tell(history, {
    title: `file ${history.names[value[row] ?? -1] ?? '?'} (${history.rooms[room[row] ?? -1] ?? 'no room'})`,
    message: null,
    rows,
    closing: why,
  })
}
