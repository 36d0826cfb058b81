/**
 * Loads what others may write to meanwhile: again, until nothing was written since the load began, and takes it in that same step. A page that is loaded
 * anew is gone meanwhile and writes nothing; here the former client goes on until the new one is there.
 */
export async function loadStill<T, R>(load: () => Promise<T>, writes: () => number, drop: (stale: T) => Promise<void>, take: (loaded: T) => R): Promise<R> {
  for (;;) {
    const before = writes()
    const loaded = await load()
    if (writes() === before) return take(loaded)
    await drop(loaded)
  }
}
