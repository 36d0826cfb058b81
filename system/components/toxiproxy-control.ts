/**
 * Toxiproxy over its HTTP interface. Every change is read back: a request that timed out may still be carried out later,
 * so only what Toxiproxy says afterwards counts. Order of a proxy's life: create disabled, read back, enable.
 */
export interface ProxyAddress {
  name: string
  host: string
  port: number
  upstream: { host: string; port: number }
}

export interface Toxic {
  name: string
  /** As Toxiproxy names it: `latency`, `bandwidth`, `timeout`, `limit_data`, ... */
  type: string
  /** `upstream` is what the client sends, `downstream` what it receives. */
  stream: 'upstream' | 'downstream'
  attributes: Readonly<Record<string, number>>
}

export interface ToxiproxyControl {
  version(): Promise<string>
  /** Idempotent: afterwards the proxy exists with these addresses, enabled. Removes toxics only when the addresses differed. */
  ensureProxy(proxy: ProxyAddress): Promise<void>
  /** Disabling ends live connections and refuses new ones. */
  setEnabled(name: string, enabled: boolean): Promise<void>
  addToxic(proxy: string, toxic: Toxic): Promise<void>
  /** With several toxics, remove them in reverse order of adding: another order can hang. Fine when it is gone already. */
  removeToxic(proxy: string, toxic: string): Promise<void>
  /** Deletes the proxy and makes it again without toxics: the way out when changes hang on a stalled reader. Ends its connections. */
  recreate(name: string): Promise<void>
  /** Bytes that ended connections carried, both directions together: taken in by the proxy, and passed on by it. Live connections don't count yet. */
  closedBytes(name: string): Promise<{ received: number; sent: number }>
}

/** Toxiproxy did not do what was asked. `status` is null when it gave no answer: then the change may still happen. */
export class ToxiproxyError extends Error {
  override readonly name = 'ToxiproxyError'
  readonly status: number | null
  constructor(operation: string, status: number | null, detail: string, cause?: unknown) {
    super(`toxiproxy: ${operation}: ${status === null ? '' : `HTTP ${status}: `}${detail}`, { cause })
    this.status = status
  }
}

const timeoutMs = 2_000

type Method = 'GET' | 'POST' | 'DELETE'
type Ask = (method: Method, path: string, body?: object) => Promise<string>

function asker(url: URL): Ask {
  return async (method, path, body) => {
    const operation = `${method} ${path}`
    let response: Response
    let text: string
    try {
      response = await fetch(new URL(path, url), {
        method,
        signal: AbortSignal.timeout(timeoutMs),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      text = await response.text()
    } catch (error) {
      const timedOut = error instanceof Error && error.name === 'TimeoutError'
      throw new ToxiproxyError(
        operation,
        null,
        timedOut ? `no answer within ${timeoutMs} ms` : `${url.host} cannot be reached: ${String(error instanceof Error ? (error.cause ?? error) : error)}`,
        error,
      )
    }
    if (!response.ok) throw new ToxiproxyError(operation, response.status, text.trim())
    return text
  }
}

interface ProxyState {
  enabled: boolean
  listen: string
  upstream: string
  toxics: readonly string[]
}

function parseProxy(operation: string, text: string): ProxyState {
  const value: unknown = JSON.parse(text)
  if (typeof value === 'object' && value !== null && 'enabled' in value && 'listen' in value && 'upstream' in value && 'toxics' in value) {
    const { enabled, listen, upstream, toxics } = value
    if (typeof enabled === 'boolean' && typeof listen === 'string' && typeof upstream === 'string' && Array.isArray(toxics)) {
      return { enabled, listen, upstream, toxics: toxics.map((toxic: { name?: unknown }) => String(toxic.name)) }
    }
  }
  throw new ToxiproxyError(operation, 200, `not a proxy: ${text.slice(0, 200)}`)
}

/** Sums one counter of the Prometheus text format over all series of a proxy. */
export function sumCounter(metrics: string, counter: string, proxy: string): number {
  return metrics
    .split('\n')
    .filter((line) => line.startsWith(`${counter}{`) && line.includes(`proxy="${proxy}"`))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}

const hasStatus =
  (status: number) =>
  (error: unknown): null => {
    if (error instanceof ToxiproxyError && error.status === status) return null
    throw error
  }

export function connectToxiproxy(url: URL): ToxiproxyControl {
  const ask = asker(url)
  const known = new Map<string, ProxyAddress>()
  const path = (name: string): string => `/proxies/${encodeURIComponent(name)}`
  const read = async (name: string): Promise<ProxyState> => parseProxy(`GET ${path(name)}`, await ask('GET', path(name)))

  const setEnabled = async (name: string, enabled: boolean): Promise<void> => {
    await ask('POST', path(name), { enabled })
    if ((await read(name)).enabled !== enabled) throw new ToxiproxyError(`POST ${path(name)}`, 200, `it is ${enabled ? 'still disabled' : 'still enabled'}`)
  }
  const remove = async (name: string): Promise<void> => void (await ask('DELETE', path(name)).catch(hasStatus(404)))
  const ensureProxy = async (proxy: ProxyAddress): Promise<void> => {
    const { name } = proxy
    known.set(name, proxy)
    const listen = `${proxy.host}:${proxy.port}`
    const upstream = `${proxy.upstream.host}:${proxy.upstream.port}`
    const present = await read(name).catch(hasStatus(404))
    if (present !== null && (present.listen !== listen || present.upstream !== upstream)) await remove(name)
    // 409: a creation that had timed out happened after all.
    if (present === null || present.listen !== listen || present.upstream !== upstream)
      await ask('POST', '/proxies', { name, listen, upstream, enabled: false }).catch(hasStatus(409))
    const made = await read(name)
    if (made.upstream !== upstream || made.listen !== listen)
      throw new ToxiproxyError(`GET ${path(name)}`, 200, `it is ${made.listen} -> ${made.upstream}, not ${listen} -> ${upstream}`)
    if (!made.enabled) await setEnabled(name, true)
  }
  return {
    version: async () => /\d[\w.]*/.exec(await ask('GET', '/version'))?.[0] ?? 'unknown',
    ensureProxy,
    setEnabled,
    addToxic: async (proxy, toxic) => {
      await ask('POST', `${path(proxy)}/toxics`, { ...toxic, toxicity: 1 })
      if (!(await read(proxy)).toxics.includes(toxic.name)) throw new ToxiproxyError(`POST ${path(proxy)}/toxics`, 200, `${toxic.name} is not there`)
    },
    removeToxic: async (proxy, toxic) => {
      await ask('DELETE', `${path(proxy)}/toxics/${encodeURIComponent(toxic)}`).catch(hasStatus(404))
      if ((await read(proxy)).toxics.includes(toxic)) throw new ToxiproxyError(`DELETE ${path(proxy)}/toxics/${toxic}`, 200, 'it is still there')
    },
    recreate: async (name) => {
      const proxy = known.get(name)
      if (proxy === undefined) throw new ToxiproxyError(`recreate ${name}`, null, 'no proxy of this name was made here')
      await remove(name)
      await ensureProxy(proxy)
    },
    closedBytes: async (name) => {
      const metrics = await ask('GET', '/metrics')
      return {
        received: sumCounter(metrics, 'toxiproxy_proxy_received_bytes_total', name),
        sent: sumCounter(metrics, 'toxiproxy_proxy_sent_bytes_total', name),
      }
    },
  }
}
