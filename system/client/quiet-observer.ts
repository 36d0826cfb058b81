/** The observer of a program that wants to know nothing: it subscribes and reads. */
import type { Observer } from './observer.ts'

const nothing = (): void => {}

export const quietObserver: Observer = {
  connected: nothing,
  disconnected: nothing,
  delivery: nothing,
  attempt: nothing,
  outcome: nothing,
  status: nothing,
  syncBegin: nothing,
  syncComplete: nothing,
  syncReset: nothing,
  heartbeat: nothing,
  watermark: nothing,
  receipt: nothing,
  joined: nothing,
  rangeAsked: nothing,
}
