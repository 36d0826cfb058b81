import { runCommand } from '../command.ts'
import type { Source } from '../component.ts'

export interface ImageRecipe {
  image: string
  version: string
}

/** An image of a Docker Engine that answers within 3 s; pulled when it is not there and installing is allowed. */
export function dockerImage({ image, version }: ImageRecipe): Source {
  return {
    name: 'Docker',
    installs: false,
    find: async ({ environment, install, progress }) => {
      const daemon = await runCommand('docker', ['info', '--format', '{{.ServerVersion}}'], { timeoutMs: 3_000, environment })
      if (!daemon.ok || daemon.stdout.trim() === '')
        return { kind: 'unavailable', why: daemon.why || 'docker: no daemon answers', fix: 'start a Docker Engine' }
      const found = { kind: 'image', image, version, source: 'Docker', standIn: null } as const
      const present = await runCommand('docker', ['image', 'inspect', '--format', '{{.Id}}', image], { timeoutMs: 5_000, environment })
      if (present.ok) return found
      const fix = `docker pull ${image}`
      if (!install) return { kind: 'unavailable', why: `image ${image} is not on this machine, and --no-install forbids pulling it`, fix }
      progress(`docker pull ${image}`)
      const pulled = await runCommand('docker', ['pull', '--quiet', image], { timeoutMs: 300_000, environment })
      return pulled.ok ? found : { kind: 'unavailable', why: pulled.why, fix }
    },
  }
}
