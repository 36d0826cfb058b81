/** How files are taken in and given out; from the configuration of a node. */
import type { AccessWay } from '../protocol.ts'

export interface FileSettings {
  /** The object store as clients reach it: what URLs are signed for. */
  storeUrl: string
  /** Of one file. */
  limitBytes: number
  /** From the reservation until the URL of the PUT expires. */
  expiryMs: number
  /** After that, for `upload:complete`: a PUT that began in time may take so long. */
  graceMs: number
  /** An upload that is in no message for so long is removed. */
  orphanMs: number
  /** Between two sweeps. */
  sweepMs: number
  access: AccessWay
  /** Validity of a `signed` URL. */
  urlMs: number
}
