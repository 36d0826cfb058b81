/** How far this device has come in a room, as it is told to the node. Pure. */
export interface Reached {
  deliveredSeq: number
  readSeq: number
}

/** The next cursor of a room: delivered is what is applied, read follows one step behind, up to `readTo`; null when nothing is new. */
export function nextCursor(applied: number, acked: Readonly<Reached>, readTo: number): Reached | null {
  const deliveredSeq = Math.max(applied, acked.deliveredSeq)
  const readSeq = Math.max(acked.readSeq, Math.min(acked.deliveredSeq, readTo))
  return deliveredSeq === acked.deliveredSeq && readSeq === acked.readSeq ? null : { deliveredSeq, readSeq }
}
