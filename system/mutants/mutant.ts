/** A known bug: a decorator over one seam of the node, of the scan worker or of the client, or another way to start the store, never loaded unless named. */
import type { MongoOptions } from '../components/mongo.ts'
import type { ClientParts } from '../client/parts.ts'
import type { NodeParts } from '../node/parts.ts'
import type { ScannerParts } from '../node/scan/scanner-parts.ts'

export interface Mutant {
  name: string
  breaks: string
  /** Any one of these checks, judged invalid, counts as caught. */
  caughtBy: readonly string[]
  /** The experiment that provokes it. */
  experiment: string
  /** Milliseconds from the end of its last fault until it shows; without: it shows at once. */
  showsAfterMs?: number
  node?: (parts: NodeParts) => NodeParts
  scanner?: (parts: ScannerParts) => ScannerParts
  client?: (parts: ClientParts) => ClientParts
  /** How the store is started. */
  mongo?: MongoOptions
}
