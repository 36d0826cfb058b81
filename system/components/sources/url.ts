import type { ComponentName, Source } from '../component.ts'

export interface UrlRecipe {
  name: ComponentName
  protocols: readonly string[]
  /** Connects and answers the server's version, within a few seconds; rejects when it can't. */
  probe: (url: URL) => Promise<string>
  example: string
}

/** A server that somebody else runs, given by the user. */
export function runningUrl({ name, protocols, probe, example }: UrlRecipe): Source {
  const fix = `give its address, e.g. ${example}`
  return {
    name: 'URL',
    installs: false,
    find: async ({ urls }) => {
      const text = urls[name]
      if (text === undefined) return { kind: 'unavailable', why: 'none given', fix: null }
      if (!URL.canParse(text)) return { kind: 'unavailable', why: `${JSON.stringify(text)} is not a URL`, fix }
      const url = new URL(text)
      if (!protocols.includes(url.protocol)) return { kind: 'unavailable', why: `${url.protocol} is not one of ${protocols.join(' ')}`, fix }
      try {
        return { kind: 'url', url, version: await probe(url), source: 'URL', standIn: null }
      } catch (error) {
        return {
          kind: 'unavailable',
          why: `${url.host} does not answer: ${error instanceof Error ? error.message : String(error)}`,
          fix: `start the server at ${url.host}, or leave the URL out`,
        }
      }
    },
  }
}
