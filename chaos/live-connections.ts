/** How many clients a listening port has now, as the kernel sees it. Toxiproxy itself tells bytes only when a connection ends. */
import { readFile } from 'node:fs/promises'

/** Null where the kernel has no /proc/net/tcp. */
export async function liveConnections(port: number): Promise<number | null> {
  return (await livePeers(port))?.size ?? null
}

/** The far ends of those connections, as the kernel writes them; null where it has no /proc/net/tcp. */
export async function livePeers(port: number): Promise<ReadonlySet<string> | null> {
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(tableOf))
  const known = tables.filter((table) => table !== null)
  return known.length === 0 ? null : new Set(known.flatMap((table) => establishedAt(table, port)))
}

/** Far ends of the rows in state 01 whose local port is `port`. Source: Linux kernel, Documentation/networking/proc_net_tcp.rst */
export function establishedAt(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return table.split('\n').flatMap((row) => {
    const [, local, remote, state] = row.trim().split(/\s+/)
    return state === '01' && remote !== undefined && local?.endsWith(suffix) === true ? [remote] : []
  })
}

async function tableOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
