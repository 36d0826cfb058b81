/** Which seqs a page of history covers. */
import type { HistoryRequest } from '../protocol.ts'

/** Pure: `from < seq <= to`, `limit` seqs wide unless the log ends: below `before`, above `after`, around `around`, or up to the head. */
export function historyWindow(request: Omit<HistoryRequest, 'room'>, head: number): { from: number; to: number } {
  const { before, after, around, limit } = request
  const below = (to: number) => ({ from: Math.max(0, to - limit), to })
  if (after !== undefined) return { from: Math.min(after, head), to: Math.min(after + limit, head) }
  // At either end of the log the window keeps its width.
  if (around !== undefined) return below(Math.min(Math.max(around + Math.floor(limit / 2), limit), head))
  return below(before === undefined ? head : Math.max(0, Math.min(before - 1, head)))
}
