/** The text of haproxy.cfg for a topology. Pure. Servers are named by their links: a health check crosses the same link as the traffic. */
import { stickyCookie, type Balancing, type Topology } from './topologies/topology.ts'

export interface BalancerServer {
  name: string
  host: string
  port: number
}
export interface BalancerOptions {
  topology: Topology
  port: number
  /** Path of a unix socket of at most 97 bytes. */
  adminSocket: string
  servers: readonly BalancerServer[]
}

/**
 * How the backend chooses a node. A client that brings no cookie gets one; one whose node is down is led to another and gets that one's.
 * By the room: `?room=` of each request, and round robin for a connection that names none.
 */
const choices: Readonly<Record<Balancing, readonly string[]>> = {
  direct: [],
  roundrobin: ['balance roundrobin'],
  cookie: ['balance roundrobin', `cookie ${stickyCookie} insert indirect nocache`],
  room: ['balance url_param room', 'hash-type consistent sdbm avalanche'],
}

/**
 * A dead node is down after two failed checks (110-270 ms after SIGKILL, about 2 s when it only hangs) and its sessions are shut at once,
 * so that no client waits for its own ping timeout. A check may take a second: at 250 ms a machine that was busy with two runs took
 * sound nodes for dead and moved half of the clients. Source of the options: HAProxy 2.6 configuration manual.
 */
export function balancerConfiguration({ topology, port, adminSocket, servers }: BalancerOptions): string {
  return `global
  stats socket ${quoted(adminSocket)} mode 600 level admin
  stats timeout 1h

defaults
  mode http
  timeout connect 500ms
  timeout client 1m
  timeout server 1m
  timeout tunnel 1h
  timeout check 1s
  timeout queue 2s
  option redispatch 1
  retries 2
  retry-on conn-failure empty-response

frontend entrance
  bind 127.0.0.1:${port}
  default_backend nodes

backend nodes
${choices[topology.balancing].map((line) => `  ${line}`).join('\n')}
  option httpchk
  http-check send meth GET uri /health/ready
  http-check expect status 200
  default-server check inter 200ms fastinter 100ms downinter 200ms fall 2 rise 2 on-marked-down shutdown-sessions
${servers.map(({ name, host, port: at }) => `  server ${name} ${host}:${at}${topology.balancing === 'cookie' ? ` cookie ${name}` : ''}`).join('\n')}
`
}

/** HAProxy reads backslash, blank, quote, hash and dollar as syntax. */
function quoted(path: string): string {
  return path.replace(/[\\ "'#$]/g, (character) => `\\${character}`)
}
