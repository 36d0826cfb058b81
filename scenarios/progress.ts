/** Progress of several workers as one. */
import type { Progress } from './control-messages.ts'

export const noProgress: Progress = {
  connected: 0,
  arrived: 0,
  intended: 0,
  invoked: 0,
  acked: 0,
  ackedByRoom: {},
  failed: 0,
  unknown: 0,
  applied: 0,
  ackP99Ms: null,
  deliveryP99Ms: null,
  pending: null,
  lagMs: 0,
}

/** Counts are added; latencies and lag are the worst; `pending` is the first reason. */
export function mergeProgress(parts: readonly Progress[]): Progress {
  return parts.reduce(
    (sum, part) => ({
      connected: sum.connected + part.connected,
      arrived: sum.arrived + part.arrived,
      intended: sum.intended + part.intended,
      invoked: sum.invoked + part.invoked,
      acked: sum.acked + part.acked,
      ackedByRoom: addedByRoom(sum.ackedByRoom, part.ackedByRoom),
      failed: sum.failed + part.failed,
      unknown: sum.unknown + part.unknown,
      applied: sum.applied + part.applied,
      ackP99Ms: worst(sum.ackP99Ms, part.ackP99Ms),
      deliveryP99Ms: worst(sum.deliveryP99Ms, part.deliveryP99Ms),
      pending: sum.pending ?? part.pending,
      lagMs: Math.max(sum.lagMs, part.lagMs),
    }),
    noProgress,
  )
}

function worst(left: number | null, right: number | null): number | null {
  if (left === null || right === null) return left ?? right
  return Math.max(left, right)
}

function addedByRoom(left: Readonly<Record<string, number>>, right: Readonly<Record<string, number>>): Record<string, number> {
  const sum: Record<string, number> = { ...left }
  for (const [room, count] of Object.entries(right)) sum[room] = (sum[room] ?? 0) + count
  return sum
}
