import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { CachedPackage } from '../cached-package.ts'
import { runCommand } from '../command.ts'
import type { Source } from '../component.ts'
import { installingPackage } from './installing.ts'

export interface GoRecipe {
  /** Import path of the command, without version. */
  command: string
  /** Name that go gives the binary: the last part of the import path. */
  builds: string
}

export function goInstall(cached: CachedPackage, { command, builds }: GoRecipe): Source {
  const module = `${command}@v${cached.version}`
  return installingPackage(cached, `install Go from https://go.dev/dl, then: go install ${module}`, async (folder, { environment, progress }) => {
    progress(`go install ${module} (about half a minute)`)
    const built = await runCommand('go', ['install', module], { timeoutMs: 300_000, environment, add: { GOBIN: folder, GOFLAGS: '-modcacherw' } })
    if (!built.ok) return built.why
    await rename(join(folder, builds), join(folder, cached.file))
    return null
  })
}
