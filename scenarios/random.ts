/** Chance from a seed, so that a run can be repeated. Source: Mulberry32, Tommy Ettinger (public domain). Numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A copy in random order (Fisher-Yates). */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const pool = [...items]
  const result: T[] = []
  while (pool.length > 0) result.push(...pool.splice(Math.floor(random() * pool.length), 1))
  return result
}
