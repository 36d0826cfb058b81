/** One request to the object store, or to a node's file route: bytes go straight there, never over the chat's own connection. */
export type Transfer = { kind: 'answer'; status: number; content: Uint8Array } | { kind: 'silence'; why: string }

/** An address and the headers that it wants, no others. */
export interface FileRequest {
  url: string
  headers: Readonly<Record<string, string>>
}

/** Never rejects. `silence`: no whole answer within `timeoutMs`, so that a PUT may have been done. */
export async function transfer(method: 'GET' | 'PUT', { url, headers }: FileRequest, timeoutMs: number, content?: Blob): Promise<Transfer> {
  try {
    const answer = await fetch(url, {
      method,
      headers,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      ...(content === undefined ? {} : { body: content }),
    })
    return { kind: 'answer', status: answer.status, content: new Uint8Array(await answer.arrayBuffer()) }
  } catch (error) {
    return { kind: 'silence', why: reasonOf(error) }
  }
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

/** 64 lower-case hex digits. */
export async function sha256Of(content: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', content))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** What `fetch` says is "fetch failed"; its cause says why. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}
