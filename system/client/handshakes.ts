import type { Handshake } from '../protocol.ts'

export interface Handshakes {
  /** Makes the next one and sends it, unless it is dropped or another one is under way by then. */
  answer(send: (handshake: object) => void): Promise<void>
  /** What is under way is for a connection that is past. */
  drop(): void
}

export function createHandshakes(make: () => Promise<Handshake>, failed: (why: string) => void): Handshakes {
  let latest = 0
  return {
    async answer(send) {
      const number = ++latest
      try {
        const handshake = await make()
        // Subtle: the transport may have closed and opened again meanwhile; then a later handshake is under way for it.
        if (number === latest) send(handshake)
      } catch (error) {
        if (number === latest) failed(`no token: ${String(error)}`)
      }
    },
    drop() {
      latest += 1
    },
  }
}
