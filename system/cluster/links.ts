/** A link is one directed edge between two parts of the cluster. */
export type Upstream = 'redis' | 'mongo' | 'http' | 'store' | 'clamd'
export interface Link {
  /** `node-1->redis`, `balancer->node-1`, `office->balancer`. */
  name: string
  from: string
  to: string
  /** Where the near end connects: the proxy's own address when proxied. */
  host: string
  port: number
  upstream: { kind: Upstream; host: string; port: number }
  proxied: boolean
}

/** Whether a link's name matches a pattern in which `*` stands for any run of characters. */
export function linkMatches(pattern: string, name: string): boolean {
  const source = pattern
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*')
  return new RegExp(`^${source}$`).test(name)
}
