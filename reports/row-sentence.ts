/** Any row of a history in one plain sentence. */
import { clientName, messageName, rowText } from './checks/story.ts'
import type { History } from './history/history.ts'
import { asks, askEnds, phases, presences, recordBits } from './history/codes.ts'
import { kinds } from './history/kinds.ts'
import type { KindRow } from './history/kinds/kind-row.ts'

interface Said {
  who: string
  room: string
  row: number
  history: History
  /** The name that a column of the row holds. */
  name: (column: 'session' | 'seq' | 'rev' | 'value') => string
  cell: (column: 'layer' | 'seq' | 'rev' | 'value') => number
}

const labelOf = (table: Readonly<Record<string, number>>, code: number): string =>
  Object.entries(table).find(([, value]) => value === code)?.[0] ?? String(code)
const reader = (layer: number): string => ((layer & 2) !== 0 ? 'by sync' : 'by history')
const contentGone = (layer: number): string => ((layer & recordBits.stub) !== 0 ? ', without its content' : '')

const sentences: Partial<Record<keyof typeof kinds, (said: Said) => string>> = {
  intended: ({ who, room, cell }) => `${who} wants to send ${cell('rev')} bytes to ${room}`,
  repliesTo: ({ who, cell }) => `${who} means it as an answer to seq ${cell('seq')}`,
  storedId: ({ name }) => `audit: its id in the store is ${name('value')}`,
  storedRecord: ({ cell }) => `audit: the store has made of it rev ${cell('rev')}${contentGone(cell('layer'))}`,
  audited: ({ cell, room }) => `audit: a fresh client reads it as seq ${cell('seq')} of ${room} ${reader(cell('layer'))}${contentGone(cell('layer'))}`,
  auditedEntry: ({ cell, room }) => `audit: a fresh client reads another entry as seq ${cell('seq')} of ${room} ${reader(cell('layer'))}`,
  readMessage: ({ who, cell, room }) => `${who} reads it as seq ${cell('seq')} of ${room} ${(cell('layer') & 2) !== 0 ? 'on a page' : 'in a search'}`,
  syncBegin: ({ who, room, cell }) => `${who} asks for ${room} from seq ${cell('seq')} on`,
  rangeAsked: ({ who, room, cell }) => `${who} asks for what is missing of ${room}: after seq ${cell('seq')}, up to ${cell('rev')}`,
  watermark: ({ who, room, cell }) => `${who} tells that it has ${room} up to seq ${cell('seq')}, and read up to ${cell('rev')}`,
  receipt: ({ who, room, name, cell }) => `${who} sees that ${name('value')} has ${room} up to seq ${cell('seq')}, and read up to ${cell('rev')}`,
  joinInvoked: ({ who, room }) => `${who} asks to join ${room}`,
  expected: ({ who, cell }) => `the run expects ${who} to be ${cell('value') === 1 ? 'connected at the end' : 'gone at the end'}`,
  askInvoked: ({ who, room, cell }) => `${who} asks for ${labelOf(asks, cell('value'))}${room === '' ? '' : ` in ${room}`}`,
  askEnded: ({ who, cell }) => `${who} gets an answer to ${labelOf(asks, cell('value'))}: ${labelOf(askEnds, cell('layer'))}`,
  pageRead: ({ who, room, cell }) => `${who} gets a page of ${room}: after seq ${cell('seq')}, up to ${cell('rev')}, ${cell('value')} messages`,
  searchRead: ({ who, cell, name }) => `${who} gets ${cell('seq')} hits for "${name('value')}"`,
  presenceShown: ({ who, name, cell }) => `${who} sees ${name('rev')} as ${labelOf(presences, cell('value'))}`,
  typingShown: ({ who, room, cell }) => `${who} sees ${cell('seq')} typing in ${room}`,
  clientReplaced: ({ who, name, cell }) => `${who} begins anew ${cell('layer') === 1 ? 'on another device' : 'after a reload'}: ${name('value')}`,
  actSkipped: ({ who, name }) => `${who} leaves out ${name('value')}`,
  phase: ({ cell }) => `the phase ${labelOf(phases, cell('value'))} begins`,
  settled: ({ cell, name }) => (cell('value') === 1 ? 'everything has settled' : `settle ends with work pending: ${name('rev')}`),
  nodeReady: ({ name }) => `${name('value')} is ready`,
  lag: ({ cell }) => `a worker's event loop was late by up to ${cell('value') / 1000} ms`,
}
const byCode = new Map<number, readonly [keyof typeof kinds, KindRow]>(
  (Object.entries(kinds) as [keyof typeof kinds, KindRow][]).map((entry) => [entry[1].code, entry]),
)

/** `aboutIt`: the reader knows which message is meant by "it"; else it is named. */
export function rowSentence(history: History, row: number, aboutIt = false): string {
  const { columns } = history
  const [kind, { about }] = byCode.get(columns.kind[row] ?? 0) ?? ['lag', { about: `a row of kind ${columns.kind[row]}` }]
  const client = columns.client[row] ?? -1
  const said: Said = {
    history,
    row,
    who: client === -1 ? 'somebody' : clientName(history, client),
    room: history.rooms[columns.room[row] ?? -1] ?? '',
    name: (column) => history.names[columns[column][row] ?? -1] ?? '?',
    cell: (column) => columns[column][row] ?? -1,
  }
  const text = rowText(history, row) ?? sentences[kind]?.(said) ?? (client === -1 ? about : `${said.who}: ${about}`)
  const message = columns.message[row] ?? -1
  return aboutIt || message < 0 || message >= history.messages.length ? text : `${text} [${messageName(history, message)}]`
}
