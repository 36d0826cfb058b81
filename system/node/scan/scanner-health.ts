/** `/health/live`, `/health/ready` and `/health/state` of a scan worker. Ready means: it reaches the store of uploads. clamd has no say in it: without it uploads wait. */
import type { RequestListener } from 'node:http'

export interface ScannerState {
  worker: string
  boot: number
  /** Lanes that scan, or look for something to scan, right now. */
  scanning: number
}

export function scannerHealth(state: () => ScannerState, unready: () => string | null): RequestListener {
  return (request, response) => {
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body))
    }
    const path = request.url?.split('?')[0]
    if (path === '/health/live') return answer(200, { live: true })
    if (path === '/health/state') return answer(200, state())
    if (path !== '/health/ready') return answer(404, { error: 'not_found' })
    const why = unready()
    answer(why === null ? 200 : 503, { ready: why === null, why })
  }
}
