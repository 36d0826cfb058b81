/** Who wants to be told that something has changed: each is told once for all that happens in one turn of the event loop. */
import type { Observer } from './observer.ts'

export interface Subscribers {
  add: (listener: () => void) => () => void
  changed: () => void
}

export function createSubscribers(): Subscribers {
  const listeners = new Set<() => void>()
  let due = false
  return {
    add(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    changed() {
      if (due || listeners.size === 0) return
      due = true
      queueMicrotask(() => {
        due = false
        for (const listener of listeners) listener()
      })
    },
  }
}

/** The observer that tells `observer` all of it, and that something has changed. */
export function announcing(observer: Observer, changed: () => void): Observer {
  return {
    connected(node, bootId, room) {
      observer.connected(node, bootId, room)
      changed()
    },
    disconnected(reason, room) {
      observer.disconnected(reason, room)
      changed()
    },
    delivery(room, kind, seq, rev, body, senderId, layerBits) {
      observer.delivery(room, kind, seq, rev, body, senderId, layerBits)
      changed()
    },
    changed(room, seq, rev, record, layerBits) {
      observer.changed?.(room, seq, rev, record, layerBits)
      changed()
    },
    filesShown: (room, seq, content) => observer.filesShown?.(room, seq, content),
    status(clientMessageId, status) {
      observer.status(clientMessageId, status)
      changed()
    },
    receipt(room, user, deliveredSeq, readSeq) {
      observer.receipt(room, user, deliveredSeq, readSeq)
      changed()
    },
    left(room, seq, by, byAnother) {
      observer.left?.(room, seq, by, byAnother)
      changed()
    },
    presence: (user, view) => observer.presence?.(user, view),
    typing: (room, users) => observer.typing?.(room, users),
    attempt: (clientMessageId, attempt, usedId) => observer.attempt(clientMessageId, attempt, usedId),
    outcome: (clientMessageId, outcome, attempt) => observer.outcome(clientMessageId, outcome, attempt),
    syncBegin: (room, appliedSeq, generation) => observer.syncBegin(room, appliedSeq, generation),
    syncComplete: (room, head, epoch, generation) => observer.syncComplete(room, head, epoch, generation),
    syncReset: (room, head, reason, generation) => observer.syncReset(room, head, reason, generation),
    heartbeat: (room, head, epoch) => observer.heartbeat(room, head, epoch),
    watermark: (room, deliveredSeq, readSeq) => observer.watermark(room, deliveredSeq, readSeq),
    joined: (room, seq, epoch) => observer.joined(room, seq, epoch),
    rangeAsked: (room, after, upTo) => observer.rangeAsked(room, after, upTo),
  }
}
