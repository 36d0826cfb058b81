/** Free TCP ports of 127.0.0.1 for servers that are started, killed and started again on the same port. */
import { randomInt } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import getPort from 'get-port'

export interface PortRange {
  low: number
  high: number
}

const preferred: PortRange = { low: 10_240, high: 32_000 }
const attempts = 64

/** Parses `net.ipv4.ip_local_port_range`, e.g. `32768\t60999`; null when the text is something else. */
export function parseEphemeralRange(text: string): PortRange | null {
  const match = /^\s*(\d+)\s+(\d+)\s*$/.exec(text)
  return match === null ? null : { low: Number(match[1]), high: Number(match[2]) }
}

/** The larger stretch of ports outside the kernel's ephemeral range: an outgoing connection takes none of these while a server is down. */
export function portsOutside(ephemeral: PortRange | null): PortRange {
  if (ephemeral === null) return preferred
  const below = { low: preferred.low, high: Math.min(preferred.high, ephemeral.low - 1) }
  const above = { low: Math.max(preferred.low, ephemeral.high + 1), high: 65_535 }
  const best = below.high - below.low >= above.high - above.low ? below : above
  return best.high - best.low < attempts ? preferred : best
}

/** A port of 127.0.0.1 that nobody listens on; never the same one twice in this process. Rejects when none of 64 random candidates is free. */
export async function freePort(range: PortRange): Promise<number> {
  const candidates = Array.from({ length: attempts }, () => randomInt(range.low, range.high + 1))
  const port = await getPort({ port: candidates, host: '127.0.0.1', reserve: true })
  if (!candidates.includes(port)) throw new Error(`no free port of 127.0.0.1 between ${range.low} and ${range.high}: tried ${attempts} of them`)
  return port
}

/** The range that servers of a run take their ports from, on this machine. */
export async function serverPorts(): Promise<PortRange> {
  const text = process.platform === 'linux' ? await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8') : '49152 65535'
  return portsOutside(parseEphemeralRange(text))
}
