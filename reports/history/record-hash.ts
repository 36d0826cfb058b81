/** Hashes of bodies and records: a history tells by them what each reader saw, and holds no content. */

/** 32-bit FNV-1a over UTF-16 code units, as a signed int32. Source: Fowler, Noll, Vo, http://www.isthe.com/chongo/tech/comp/fnv/ `from`: the hash of what goes before. */
export function bodyHash(body: string, from = 0x811c9dc5): number {
  let hash = from
  for (let index = 0; index < body.length; index++) hash = Math.imul(hash ^ body.charCodeAt(index), 0x01000193)
  return hash | 0
}

/** What a person sees of a message; `deleted` and `edits` as the protocol has them. */
export interface HashedRecord {
  body: string | null
  edits?: number
  deleted?: { kind: string }
  reactions?: Readonly<Record<string, readonly string[]>>
  moderation?: string
}

/** Hash of a record: of its body alone while nothing was made of it. The order of emoji doesn't count, that of users does. */
export function recordHash({ body, ...made }: HashedRecord): number {
  return recordHashOf(body === null ? null : bodyHash(body), made)
}

/** The same from the hash of the body alone. */
export function recordHashOf(body: number | null, { edits = 0, deleted, reactions = {}, moderation = '' }: Omit<HashedRecord, 'body'>): number {
  const reacted = Object.entries(reactions)
    .filter(([, users]) => users.length > 0)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
  const isChanged = edits > 0 || deleted !== undefined || moderation !== '' || reacted.length > 0
  return bodyHash(isChanged ? JSON.stringify([edits, deleted?.kind ?? '', moderation, reacted]) : '', body ?? bodyHash(''))
}
