/** How many clients a listening port has now, as the kernel sees it. Toxiproxy itself tells bytes only when a connection ends. */
import { readFile } from 'node:fs/promises'

/** Null where the kernel has no /proc/net/tcp. */
export async function liveConnections(port: number): Promise<number | null> {
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(tableOf))
  const known = tables.filter((table) => table !== null)
  return known.length === 0 ? null : known.reduce((count, table) => count + establishedAt(table, port), 0)
}

/** Rows in state 01 whose local port is `port`. Source: Linux kernel, Documentation/networking/proc_net_tcp.rst */
export function establishedAt(table: string, port: number): number {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return table.split('\n').filter((row) => {
    const [, local, , state] = row.trim().split(/\s+/)
    return state === '01' && local?.endsWith(suffix) === true
  }).length
}

async function tableOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
