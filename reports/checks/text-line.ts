/** One line of a history by hand, and what its words become. */
import { layers } from '../history/codes.ts'
import type { Cells } from '../history/columns.ts'
import type { Kind } from '../history/kinds.ts'
import { recordHash } from '../history/record-hash.ts'

export type TextRow = Cells & { kind: Kind }

/** `seconds who verb words… key=value…` */
export interface Line {
  atNs: number
  who: string
  verb: string
  words: readonly string[]
  keys: Readonly<Record<string, string>>
}

export interface TextIds {
  room(name: string | undefined): number
  /** `owner`: the client that sends it, where the line is the first that does. */
  message(name: string | undefined, owner?: number): number
  name(text: string): number
  /** -1 for a user who is no client. */
  client(user: string | undefined): number
  /** -1 for a foreign message. */
  sender(message: number): number
  /** How many messages that client has invoked in that room by the lines before. */
  invoked(client: number, room: number): number
  /** The room of lines that name none. */
  home: string
}

export function lineOf(time: string, [who = '', verb = '', ...rest]: readonly string[]): Line {
  const words = rest.filter((word) => !word.includes('='))
  const keys = Object.fromEntries(
    rest.filter((word) => word.includes('=')).map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
  )
  return { atNs: Math.round(Number(time) * 1e9), who, verb, words, keys }
}

/** Throws with the names that there are. */
export function lookup(table: Readonly<Record<string, number>>, name: string | undefined): number {
  const code = table[name ?? '']
  if (code === undefined) throw new Error(`no ${name} among ${Object.keys(table).join(', ')}`)
  return code
}

/** The name itself, as one of the table's; throws like `lookup`. */
export function nameIn<Name extends string>(table: Readonly<Record<Name, number>>, name: string | undefined): Name {
  lookup(table, name)
  return name as Name
}

/** `on` how far it came (default: shown), `way` by which (default: live). */
export function layerOf(keys: Line['keys']): number {
  const depth = {
    wire: layers.wire,
    held: layers.wire | layers.held,
    applied: layers.applied | layers.shown,
    shown: layers.wire | layers.applied | layers.shown,
  }
  return lookup(depth, keys['on'] ?? 'shown') | lookup(layers, keys['way'] ?? 'live')
}

export const epochOf = (keys: Line['keys'], ids: TextIds): number => ids.name(keys['epoch'] ?? 'epoch-1')

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
