/** A journey, and a shrunk history, as lines of a terminal. */
import type { Journey } from '../journey.ts'
import type { StoryEvent } from '../result.ts'
import type { Shrunk } from '../shrink.ts'
import { number } from './words.ts'

const line = ({ atMs, text }: StoryEvent): string => `  ${(atMs / 1000).toFixed(6).padStart(11)} s  ${text}`

/** Ends without a newline. */
export function renderJourney({ title, events, ends }: Journey): string {
  return [title, ...events.map(line), ...(ends.length === 0 ? [] : ['', ...ends.map((end) => `  ${end}`)])].join('\n')
}

export function renderShrunk({ check, rowsBefore, rows, tests, minimal, story }: Shrunk): string {
  return [
    `${check}: ${story.title}`,
    ...story.events.map(line),
    ...(story.locus === null ? [] : [`  where: ${story.locus}${story.node === null ? '' : `, on ${story.node}`}`]),
    `  ${number(rows.length)} of ${number(rowsBefore)} rows show it; ${minimal ? 'without any one of them it is gone' : 'the search was ended before it was minimal'} (${number(tests)} tests)`,
  ].join('\n')
}
