/**
 * The body of every message of a run carries the harness's own identity of it, so that it is known again whatever id the
 * chat gives it: `sd1 <client> <counter> <room> <hash of filler> <filler>`, the hash as unsigned decimal. An edited body
 * carries the same identity and the number of the edit: `sd1 <client> <counter> <room> e<edit> <hash of filler> <filler>`.
 */
import { messagesPerClient } from '../reports/history/kinds.ts'
import { bodyHash } from '../reports/history/record-hash.ts'

export interface ParsedBody {
  client: number
  counter: number
  room: string
  /** 0: as first sent. */
  edit: number
  intact: boolean
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ.'

/** A body of `bytes` bytes (all ASCII), or as long as its identity plus one character when that is more. `edit`: from 1; 0 for a new message. */
export function makeBody(client: number, counter: number, room: string, bytes: number, random: () => number, edit = 0): string {
  const identity = `sd1 ${client} ${counter} ${room} ${edit === 0 ? '' : `e${edit} `}`
  // Room for the longest hash, so that the length doesn't depend on the hash before the filler is made.
  const hashDigits = 10
  const length = Math.max(1, bytes - identity.length - hashDigits - 1)
  let filler = ''
  for (let index = 0; index < length; index++) filler += alphabet[Math.floor(random() * alphabet.length)] ?? ' '
  return `${identity}${String(bodyHash(filler) >>> 0).padStart(hashDigits, '0')} ${filler}`
}

/** Null for a body that is not one of ours. `intact`: the filler has the hash that the body says. */
export function parseBody(body: string): ParsedBody | null {
  const id = messageIdOf(body)
  if (id < 0) return null
  const roomFrom = body.indexOf(' ', body.indexOf(' ', 4) + 1) + 1
  const roomEnd = body.indexOf(' ', roomFrom)
  const edit = /^ e([1-9]\d{0,8}) /.exec(body.slice(roomEnd, roomEnd + 12))
  const hashFrom = roomEnd + (edit?.[0].length ?? 1)
  const fillerFrom = body.indexOf(' ', hashFrom) + 1
  if (roomFrom < 1 || roomEnd < 1 || fillerFrom < 1) return null
  const intact = Number(body.slice(hashFrom, fillerFrom - 1)) === bodyHash(body.slice(fillerFrom)) >>> 0
  return {
    client: Math.floor(id / messagesPerClient),
    counter: id % messagesPerClient,
    room: body.slice(roomFrom, roomEnd),
    edit: Number(edit?.[1] ?? 0),
    intact,
  }
}

/** The message id (`client * messagesPerClient + counter`) that a body carries, or -1. Called for each delivery: allocates nothing. */
export function messageIdOf(body: string): number {
  if (!body.startsWith('sd1 ')) return -1
  let index = 4
  let client = 0
  let digit = body.charCodeAt(index) - 48
  if (!(digit >= 0 && digit <= 9)) return -1
  for (; digit >= 0 && digit <= 9; digit = body.charCodeAt(++index) - 48) client = client * 10 + digit
  if (body.charCodeAt(index) !== 32 || client > 32_767) return -1
  let counter = 0
  digit = body.charCodeAt(++index) - 48
  if (!(digit >= 0 && digit <= 9)) return -1
  for (; digit >= 0 && digit <= 9; digit = body.charCodeAt(++index) - 48) counter = counter * 10 + digit
  if (body.charCodeAt(index) !== 32 || counter >= messagesPerClient) return -1
  return client * messagesPerClient + counter
}
