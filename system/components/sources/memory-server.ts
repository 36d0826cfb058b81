import { once } from 'node:events'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { CachedPackage } from '../cached-package.ts'
import type { Source } from '../component.ts'
import { installingPackage } from './installing.ts'

/** mongod as mongodb-memory-server gets it: the vendor's own build for this machine. */
const timeoutMs = 300_000

export function memoryServerDownload(cached: CachedPackage): Source {
  return installingPackage(cached, 'install MongoDB: https://www.mongodb.com/docs/manual/installation', async (folder, { progress }) => {
    progress(`downloading mongod ${cached.version} (about 80 MB)`)
    // Imported here: loading it reads configuration and costs time that runs with another source need not pay.
    const { MongoBinary } = await import('mongodb-memory-server-core')
    try {
      const late = once(AbortSignal.timeout(timeoutMs), 'abort').then(() => {
        throw new Error(`the download took over ${timeoutMs / 1_000} s`)
      })
      const path = await Promise.race([MongoBinary.getPath({ version: cached.version, downloadDir: folder, systemBinary: '' }), late])
      await rename(path, join(folder, cached.file))
      return null
    } catch (error) {
      return (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ').slice(0, 300)
    }
  })
}
