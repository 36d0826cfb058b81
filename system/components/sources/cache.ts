import { cacheFolder, findCached, standInName } from '../cached-package.ts'
import type { CachedPackage } from '../cached-package.ts'
import type { Source } from '../component.ts'

/** What an earlier run has downloaded or built; the first of the packages that is there. */
export function fromCache(packages: readonly CachedPackage[]): Source {
  return {
    name: 'cache',
    installs: false,
    find: async (search) => {
      for (const cached of packages) {
        const found = await findCached(cached, search)
        if (found !== null) return { kind: 'program', ...found, source: `cache (${cached.origin})`, standIn: standInName(cached, found.version) }
      }
      return { kind: 'unavailable', why: `nothing of it in ${cacheFolder(search.environment)}`, fix: null }
    },
  }
}
