/**
 * Chance that replays: the same seed and label give the same numbers on every machine.
 * Generator: mulberry32 by Tommy Ettinger (public domain, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c).
 */
export interface Random {
  /** In [0, 1). */
  next(): number
  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number
  /** Throws on an empty list. */
  pick<T>(list: readonly T[]): T
}

/** `label` separates streams of one seed, so that one more fault in a plan changes nothing of the others. */
export function random(seed: number, label = ''): Random {
  let state = labelled(seed, label)
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    next,
    below,
    pick: (list) => {
      const picked = list[below(list.length)]
      if (picked === undefined) throw new Error('nothing to pick from: the list is empty')
      return picked
    },
  }
}

/** FNV-1a over the seed's decimal digits and the label. */
function labelled(seed: number, label: string): number {
  let hash = 0x811c9dc5
  for (const character of `${seed} ${label}`) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  return hash | 0
}
