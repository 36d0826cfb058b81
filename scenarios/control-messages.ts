/** Lines of JSON on the control socket between the run and the load workers (chaos/run -> scenarios/engine and back). */
import type { Route } from '../system/client/route.ts'
import type { VisitToken } from './driver.ts'

export const controlVersion = 1

export interface ClientAssignment {
  number: number
  user: string
  device: string
  token: string
  url: string
  /** How the topology wants its clients to connect. */
  route?: Route
  /** The same user's other device, for whoever switches to it. */
  otherDevice?: { device: string; token: string }
  /** The user is there on a second device at the same time, a client of its own. */
  hasSecondDevice?: true
  /** Tokens of the same user for devices of their own: one that expired long ago, and one that expires soon. */
  visits?: { expired: VisitToken; expiring: VisitToken & { expiresAtMs: number } }
  cohort: string
  role: string
  rooms: string[]
  /** Own stream of chance: hand it to the client's generator. */
  seed: number
}

export interface Progress {
  connected: number
  /** Clients that were connected, and have joined where their script does; it never falls. */
  arrived: number
  intended: number
  invoked: number
  acked: number
  ackedByRoom: Readonly<Record<string, number>>
  failed: number
  unknown: number
  applied: number
  /** Milliseconds over the last interval; null when nothing was measured. */
  ackP99Ms: number | null
  deliveryP99Ms: number | null
  /** Why clients of this worker have work left, or null. */
  pending: string | null
  /** Milliseconds, worst event-loop delay since the last progress. */
  lagMs: number
}

export type FromWorker =
  | { type: 'hello'; version: number; worker: string; pid: number }
  | { type: 'assign'; ask: number }
  | { type: 'progress'; progress: Progress }
  | { type: 'problem'; client: number | null; text: string }
  /** History files are flushed and closed. */
  | { type: 'closed'; files: { name: string; rows: number }[] }

export const typesFromWorker: Readonly<Record<FromWorker['type'], true>> = { hello: true, assign: true, progress: true, problem: true, closed: true }

export type ToWorker =
  | { type: 'welcome'; originNs: string; historyFolder: string; driver: string; mutant: string | null; seed: number }
  /** `client` null: no more clients; the virtual user ends at once. */
  | { type: 'assigned'; ask: number; client: ClientAssignment | null }
  | { type: 'phase'; name: string; atNs: string; durationMs: number }
  /** Leave in order: end all verbs, close clients, flush. */
  | { type: 'end' }

export const typesToWorker: Readonly<Record<ToWorker['type'], true>> = { welcome: true, assigned: true, phase: true, end: true }
