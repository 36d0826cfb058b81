/** How a client gets to its node, as the operator of the chat says: a balancer may bind it by a cookie or by the room that it names. */
export interface Route {
  /** In the order of use: a later one takes over once the first connection stands. */
  transports: readonly ('polling' | 'websocket')[]
  /** Name of the balancer's cookie that binds a client to its node; null: there is none. */
  stickyCookie: string | null
  /** One connection for each room, which names it (`?room=`), in place of one for all. */
  perRoom: boolean
}

export const plainRoute: Route = { transports: ['websocket'], stickyCookie: null, perRoom: false }

/** `name=value` of the cookie that an answer sets, or null. */
export function cookieSet(name: string, setCookies: readonly string[]): string | null {
  const found = setCookies.find((line) => line.startsWith(`${name}=`))
  return found === undefined ? null : (found.split(';', 1)[0] ?? null)
}

/**
 * The cookie with which the balancer binds the next connection: the present one for as long as its node is up, else a new one. Asked for before each
 * connect, because a Socket.IO client outside a browser forgets its cookies with the connection. `present` when there is no answer in time.
 */
export async function stickyCookieOf(url: string, name: string, present: string | null, timeoutMs: number): Promise<string | null> {
  try {
    const headers: Record<string, string> = present === null ? {} : { cookie: present }
    const answer = await fetch(new URL('/health/live', url), { headers, credentials: 'include', signal: AbortSignal.timeout(timeoutMs) })
    await answer.arrayBuffer()
    return cookieSet(name, answer.headers.getSetCookie()) ?? present
  } catch {
    // The connect that follows fails likewise, and says why.
    return present
  }
}
