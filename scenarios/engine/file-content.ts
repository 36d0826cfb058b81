/** Contents of files that clients share: other bytes each time, from their own chance. */
export const contents = ['clean', 'infected'] as const
export type Content = (typeof contents)[number]

/**
 * The test file that every scanner takes for a virus, put together here so that no scanner finds it in this repository.
 * Source: EICAR, "Download Anti Malware Testfile", https://www.eicar.org/download-anti-malware-testfile/
 */
function eicar(): string {
  return ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', 'STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('-')
}

/** Infected ones begin with the test file, followed by spaces: that is all that it may be followed by, and at most 128 bytes in all. */
export function makeContent(content: Content, bytes: number, random: () => number): Uint8Array<ArrayBuffer> {
  if (content === 'infected') return new Uint8Array(Buffer.from(eicar().padEnd(68 + Math.floor(random() * 61))))
  return Uint8Array.from({ length: Math.max(1, bytes) }, () => Math.floor(random() * 256))
}
