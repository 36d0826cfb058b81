/** What `access` judges beside the seqs that reach a client: rights, tokens, and what is shown of other people. */
import type { History } from '../history/history.ts'
import { askEnds, asks } from '../history/codes.ts'
import type { Figures } from '../result.ts'
import { heldShown } from './held-shown.ts'
import { deniedOf, type Denied } from './permitted.ts'
import { clientName } from './story.ts'
import { strangersShown } from './strangers.ts'
import { typistsShown } from './typists.ts'

export interface OtherAccess {
  judged: number
  figures: Figures
  /** Each with its whole sentence. */
  found: readonly Denied[]
}

export function otherAccess(history: History): OtherAccess {
  const { seq, room } = history.columns
  const placeOf = (row: number): string => `seq ${seq[row]} of ${history.rooms[room[row] ?? -1]}`
  const rights = deniedOf(history)
  const tokens = expiredTokens(history)
  const strangers = strangersShown(history)
  const held = heldShown(history)
  const typists = typistsShown(history)
  return {
    judged: rights.judged + tokens.judged + strangers.judged + held.judged + typists.judged,
    figures: {
      rights: rights.judged,
      acceptedWithoutRight: rights.denied.length,
      expiredTokens: tokens.judged,
      expiredAccepted: tokens.found.length,
      presence: strangers.judged,
      presenceLeaked: strangers.found.length,
      held: held.judged,
      heldLeaked: held.found.length,
      typing: typists.judged,
      typingLeaked: typists.found.length,
    },
    found: [
      ...rights.denied.map(({ row, why }) => ({ row, why: `${placeOf(row)} was accepted: ${why}` })),
      ...tokens.found,
      ...strangers.found.map(({ row, why }) => ({ row, why: `presence was shown: ${why}` })),
      ...held.found.map(({ row, why }) => ({ row, why: `${placeOf(row)}: ${why}` })),
      ...typists.found.map(({ row, why }) => ({ row, why: `typing was shown in ${history.rooms[room[row] ?? -1]}: ${why}` })),
    ],
  }
}

/** Tries with a token that has expired, and those that were answered. */
function expiredTokens(history: History): { judged: number; found: readonly Denied[] } {
  const { client, layer, value } = history.columns
  const tried = [...history.rowsOf('askEnded')].filter((row) => value[row] === asks.expiredToken)
  const opened = tried.filter((row) => layer[row] === askEnds.ok)
  return {
    judged: tried.length,
    found: opened.map((row) => ({ row, why: `a token that had expired opened the chat to ${clientName(history, client[row] ?? -1)}` })),
  }
}
