/** Socket.IO answers what comes under its own path, which is how long polling comes; a second answer would end the process. */
import type { RequestListener } from 'node:http'

export function besidePolling(path: string, listener: RequestListener): RequestListener {
  return (request, response) => {
    if (request.url?.startsWith(path) !== true) listener(request, response)
  }
}
