/**
 * The scan reads what lies where the client put it, not the copy that is served. The hash stands against that as well: the PUT is signed for
 * it, and the scan compares it. Each of them alone would save the chat, so here neither is done.
 */
import type { Mutant } from './mutant.ts'

export const scanOfTheUploadedKey: Mutant = {
  name: 'scan-of-the-uploaded-key',
  breaks: 'an infected file is served whose place was overwritten with clean bytes before the scan',
  caughtBy: ['quarantine'],
  experiment: 'scanner-drop',
  node(parts) {
    const { objects } = parts
    if (objects === null) return parts
    return {
      ...parts,
      objects: {
        ...objects,
        signPut: (key, file, untilMs) => objects.signPut(key, { ...file, sha256: null }, untilMs),
        /** It stays for the scan. */
        remove: (key) => (key.startsWith('uploads/') ? Promise.resolve() : objects.remove(key)),
      },
    }
  },
  scanner: (parts) => ({
    ...parts,
    keyToScan: ({ uploadKey }) => uploadKey,
    async scan(content, reserved, signal) {
      const answer = await parts.scan(content, reserved, signal)
      return answer.kind === 'mismatch' ? { kind: 'clean' } : answer
    },
  }),
}
