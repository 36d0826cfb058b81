/** When an access token (a JWT) ends: read, not verified. Milliseconds since the Unix epoch; null when the token doesn't say. */
export function expiryOf(token: string): number | null {
  const payload = token.split('.')[1]
  if (payload === undefined) return null
  try {
    const claims: unknown = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')))
    if (typeof claims !== 'object' || claims === null || !('exp' in claims) || typeof claims.exp !== 'number') return null
    return claims.exp * 1000
  } catch {
    // Not a JWT: the node says when it ends.
    return null
  }
}

/** How long before its expiry a token is renewed: a fifth of what it has left, at most a minute. */
export function renewInMs(expiresAtMs: number, nowMs: number): number {
  const leftMs = Math.max(0, expiresAtMs - nowMs)
  return leftMs - Math.min(60_000, leftMs / 5)
}
