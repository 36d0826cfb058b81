/** Who asks for a file that is still being scanned is given its address. */
import type { Mutant } from './mutant.ts'

export const urlMintedBeforeVerdict: Mutant = {
  name: 'url-minted-before-verdict',
  breaks: 'a file is served before it is known to be clean',
  caughtBy: ['quarantine'],
  experiment: 'scanner-drop',
  node: (parts) => ({
    ...parts,
    uploads: {
      ...parts.uploads,
      async find(uploadId) {
        const upload = await parts.uploads.find(uploadId)
        return upload?.state === 'scanning' ? { ...upload, state: 'clean' } : upload
      },
    },
  }),
}
