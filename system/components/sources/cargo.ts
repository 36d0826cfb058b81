import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CachedPackage } from '../cached-package.ts'
import { runCommand } from '../command.ts'
import type { Source } from '../component.ts'
import { installingPackage } from './installing.ts'

export function cargoInstall(cached: CachedPackage, crate: string): Source {
  const args = ['install', crate, '--version', cached.version, '--ignore-rust-version', '--locked']
  return installingPackage(cached, `install Rust from https://rustup.rs, then: cargo ${args.join(' ')}`, async (folder, { environment, progress }) => {
    progress(`cargo install ${crate} ${cached.version} (about five minutes)`)
    const built = await runCommand('cargo', [...args, '--root', join(folder, 'cargo')], { timeoutMs: 900_000, environment })
    if (!built.ok) return built.why
    await rename(join(folder, 'cargo', 'bin', cached.file), join(folder, cached.file))
    await rm(join(folder, 'cargo'), { recursive: true })
    return null
  })
}
