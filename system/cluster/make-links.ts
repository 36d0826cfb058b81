/** The links of a cluster: each through Toxiproxy where a pattern names it, else direct. */
import type { ToxiproxyControl } from '../components/toxiproxy-control.ts'
import { linkMatches, type Link, type Upstream } from './links.ts'
import type { Runtime } from './runtime.ts'

export type MakeLink = (from: string, to: string, kind: Upstream, upstream: { host: string; port: number }) => Promise<Link>

export interface Links {
  /** Those made so far. */
  all: readonly Link[]
  make: MakeLink
}

export interface LinksOptions {
  /** Patterns of the names that go through Toxiproxy. */
  proxied: readonly string[]
  runtime: Pick<Runtime, 'port'>
  toxiproxy: Pick<ToxiproxyControl, 'ensureProxy'>
}

export function makeLinks({ proxied: patterns, runtime, toxiproxy }: LinksOptions): Links {
  const all: Link[] = []
  return {
    all,
    async make(from, to, kind, { host, port }) {
      const name = `${from}->${to}`
      const proxied = patterns.some((pattern) => linkMatches(pattern, name))
      const near = proxied ? { host: '127.0.0.1', port: await runtime.port() } : { host, port }
      if (proxied) await toxiproxy.ensureProxy({ name, ...near, upstream: { host, port } })
      const link: Link = { name, from, to, ...near, upstream: { kind, host, port }, proxied }
      all.push(link)
      return link
    },
  }
}
