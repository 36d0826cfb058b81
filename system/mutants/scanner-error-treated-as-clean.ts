/** A scan that failed counts as one that found nothing. */
import type { Mutant } from './mutant.ts'

export const scannerErrorTreatedAsClean: Mutant = {
  name: 'scanner-error-treated-as-clean',
  breaks: 'without its scanner the chat serves infected files',
  caughtBy: ['quarantine'],
  experiment: 'scanner-drop',
  scanner: (parts) => ({
    ...parts,
    async scan(content, reserved, signal) {
      const answer = await parts.scan(content, reserved, signal)
      return answer.kind === 'failed' ? { kind: 'clean' } : answer
    },
  }),
}
