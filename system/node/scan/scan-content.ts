/** Streams a content to the scanner and, in the same pass, compares it with what was reserved: every byte that is judged is a byte that was read here. */
import { createHash } from 'node:crypto'
import { scanByClamd } from './clamd-client.ts'
import type { ClamdAddress } from './clamd-client.ts'
import type { ScannerParts } from './scanner-parts.ts'

export function scanOf(address: ClamdAddress): ScannerParts['scan'] {
  return async (content, reserved, signal) => {
    const hash = createHash('sha256')
    let bytes = 0
    async function* measured(): AsyncGenerator<Uint8Array> {
      for await (const chunk of content as AsyncIterable<Uint8Array>) {
        hash.update(chunk)
        bytes += chunk.length
        yield chunk
      }
    }
    const answer = await scanByClamd(address, measured(), signal)
    if (answer.kind !== 'clean') return answer
    if (bytes !== reserved.bytes) return { kind: 'mismatch', why: `${bytes} bytes, not ${reserved.bytes}` }
    return hash.digest('hex') === reserved.sha256 ? answer : { kind: 'mismatch', why: 'the hash is another one' }
  }
}
