/** Addresses of files that the clients of one worker were given: what an attacker finds in a chat that somebody forwards. */
import type { FileAddress } from '../driver.ts'

export interface MintedAddress {
  room: string
  uploadId: string
  /** Who was given it. */
  user: string
  address: FileAddress
}

/** Beyond it the oldest is forgotten. */
const limit = 500

export class MintedAddresses {
  readonly #minted: MintedAddress[] = []

  add(minted: MintedAddress): void {
    this.#minted.push(minted)
    if (this.#minted.length > limit) this.#minted.shift()
  }

  all(): readonly MintedAddress[] {
    return this.#minted
  }
}
