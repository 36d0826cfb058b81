/** Bundles the client for a page: one ES module that exports `createChatClient` and `indexedDbStorage`. */
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild-wasm'

export interface Bundle {
  code: string
  /** Paths of every file in it, relative to the working directory. */
  inputs: string[]
}

/** Rejects when anything below browser.ts can't run in a page, an import of Node's own modules for one. */
export async function bundleClient(): Promise<Bundle> {
  const result = await build({
    entryPoints: [fileURLToPath(new URL('browser.ts', import.meta.url))],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    logLevel: 'silent',
  })
  const [file] = result.outputFiles
  if (!file) throw new Error('the bundler gave no file')
  return { code: file.text, inputs: Object.keys(result.metafile.inputs) }
}
