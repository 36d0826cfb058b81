/** `/health/live`, `/health/ready`, `/health/state` and `/metrics`. Ready means: can serve. Redis has no say in it. */
import type { RequestListener } from 'node:http'
import type { Registry } from 'prom-client'

export interface NodeState {
  node: string
  boot: number
  sockets: number
  /** Rooms that sockets are in, the own one of each included. */
  socketRooms: number
  openRooms: number
  pendingAppends: number
  pendingCursors: number
  /** Cursors that its sockets are still to be told of. */
  untoldReceipts: number
}
export interface HealthOptions {
  state: () => NodeState
  /** Why the node can't serve now, or null. */
  unready: () => string | null
  registry: Registry
}

export function healthListener({ state, unready, registry }: HealthOptions): RequestListener {
  return (request, response) => {
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body))
    }
    const path = request.url?.split('?')[0]
    if (path === '/metrics') {
      registry.metrics().then(
        (text) => response.writeHead(200, { 'content-type': registry.contentType, 'cache-control': 'no-store' }).end(text),
        (error: unknown) => answer(500, { error: String(error) }),
      )
      return
    }
    if (path === '/health/live') return answer(200, { live: true })
    if (path === '/health/state') return answer(200, state())
    if (path !== '/health/ready') return answer(404, { error: 'not_found' })
    const why = unready()
    answer(why === null ? 200 : 503, { ready: why === null, why })
  }
}
