/** A package that is downloaded or built once into the cache of the user and kept for all runs: `<cache>/shakedown/components/<name>/<version>/<file>`. */
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { lock } from 'proper-lockfile'
import { executables, probeBinary } from './binary.ts'
import type { Binary } from './binary.ts'
import type { Found, Search } from './component.ts'

export interface CachedPackage {
  name: string
  version: string
  /** Name of the program's file in the cache. */
  file: string
  /** How it is got, e.g. `go install`. */
  origin: string
  /** The product's name when it only stands in, e.g. `SecantusDB`, and what it stands in for. */
  standsIn: { product: string; for: string } | null
  binary: Binary
}

export function cacheFolder(environment: Search['environment']): string {
  const base = environment.XDG_CACHE_HOME ?? (environment.HOME === undefined ? null : join(environment.HOME, '.cache'))
  if (base === null || base === '') throw new Error('no folder for downloads: neither XDG_CACHE_HOME nor HOME is set')
  return join(base, 'shakedown', 'components')
}

export function standInName(cached: CachedPackage, version: string): string | null {
  return cached.standsIn === null ? null : `${cached.standsIn.product} ${version} for ${cached.standsIn.for}`
}

/** The package as it lies in the cache; null when it isn't there. */
export async function findCached(cached: CachedPackage, search: Search): Promise<{ path: string; version: string } | null> {
  const folder = join(cacheFolder(search.environment), cached.name, cached.version)
  const [path] = await executables([cached.file], [folder])
  if (path === undefined) return null
  const probe = await probeBinary(path, cached.binary, search.environment)
  // A program without a version of its own (Toxiproxy built by go says "git") is named by its package's.
  return probe.kind === 'usable' ? { path, version: probe.version === 'unknown' ? cached.version : probe.version } : null
}

/** Runs one task at a time over all runs of this user; waits up to 15 minutes for another run's. */
export async function exclusively<T>(lockPath: string, search: Search, task: () => Promise<T>): Promise<T> {
  await mkdir(dirname(lockPath), { recursive: true })
  const release = await lock(dirname(lockPath), {
    lockfilePath: lockPath,
    stale: 30_000,
    retries: { retries: 1_800, factor: 1, minTimeout: 500, maxTimeout: 500 },
    onCompromised: (error) => search.progress(`lock ${lockPath}: ${error.message}`),
  })
  try {
    return await task()
  } finally {
    await release()
  }
}

/**
 * Has `build` put the program's file into an empty folder, checks that it runs, then renames the folder into the cache: nobody ever sees half a package.
 * `build` resolves with null, or with the reason why it could not.
 */
export async function installPackage(cached: CachedPackage, search: Search, build: (folder: string) => Promise<string | null>): Promise<Found | string> {
  const parent = join(cacheFolder(search.environment), cached.name)
  const found = ({ path, version }: { path: string; version: string }): Found => ({
    kind: 'program',
    path,
    version,
    source: cached.origin,
    standIn: standInName(cached, version),
  })
  return exclusively(join(parent, '.lock'), search, async () => {
    const already = await findCached(cached, search)
    if (already !== null) return found(already)
    for (const entry of await readdir(parent)) if (entry.startsWith('.partial-')) await rm(join(parent, entry), { recursive: true, force: true })
    const folder = await mkdtemp(join(parent, '.partial-'))
    try {
      const why = await build(folder)
      if (why !== null) return why
      const path = join(folder, cached.file)
      await chmod(path, 0o755)
      const probe = await probeBinary(path, cached.binary, search.environment)
      if (probe.kind === 'unusable') return `what ${cached.origin} gave does not run here: ${probe.why}`
      await rm(join(parent, cached.version), { recursive: true, force: true })
      await rename(folder, join(parent, cached.version))
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
    const fresh = await findCached(cached, search)
    return fresh === null ? `${cached.file} is not in the cache after ${cached.origin}` : found(fresh)
  })
}
