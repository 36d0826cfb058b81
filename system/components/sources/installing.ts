import { installPackage } from '../cached-package.ts'
import type { CachedPackage } from '../cached-package.ts'
import type { Found, Search, Source, Unavailable } from '../component.ts'

export interface Installation {
  name: string
  /** What a person would type to get it without us. */
  fix: string
  /** Resolves with the program, or with the reason why it could not be had. */
  install: (search: Search) => Promise<Found | string>
}

/** A source that downloads, builds or installs: refused under `--no-install`, and it says what it does and how long that took. */
export function installing({ name, fix, install }: Installation): Source {
  return {
    name,
    installs: true,
    find: async (search): Promise<Found | Unavailable> => {
      if (!search.install) return { kind: 'unavailable', why: 'not tried: --no-install', fix }
      const startedNs = process.hrtime.bigint()
      const found = await install(search)
      if (typeof found === 'string') return { kind: 'unavailable', why: found, fix }
      search.progress(`${name}: ready after ${(Number(process.hrtime.bigint() - startedNs) / 1e9).toFixed(1)} s`)
      return found
    },
  }
}

/** The same for a package that goes into the cache; `build` puts its file into the folder and resolves with null, or with the reason why it could not. */
export function installingPackage(cached: CachedPackage, fix: string, build: (folder: string, search: Search) => Promise<string | null>): Source {
  return installing({ name: cached.origin, fix, install: (search) => installPackage(cached, search, (folder) => build(folder, search)) })
}
