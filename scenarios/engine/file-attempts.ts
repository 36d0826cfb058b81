/** How an attacker asks for a file: from an address as it was minted to a request that must be refused. Pure. */
import type { FileRequest } from '../driver.ts'

/** The same address with one digit of what protects it changed: of the signature where there is one, else of the name of the file. */
export function tampered({ url, headers }: FileRequest): FileRequest {
  const address = new URL(url)
  const signature = address.searchParams.get('X-Amz-Signature')
  if (signature === null) address.pathname = withOtherDigit(address.pathname)
  else address.searchParams.set('X-Amz-Signature', withOtherDigit(signature))
  return { url: address.href, headers }
}

/** Another's address, asked for by who holds `token`. */
export function borrowed({ url, headers }: FileRequest, token: string): FileRequest {
  return { url, headers: 'authorization' in headers ? { ...headers, authorization: `Bearer ${token}` } : headers }
}

/** The last hex digit becomes another. */
function withOtherDigit(text: string): string {
  return text.replace(/[0-9a-f](?=[^0-9a-f]*$)/i, (digit) => (digit === '0' ? '1' : '0'))
}
