/** Access tokens: JWT, HS256, with user (`sub`), `device` and expiry; `auditor: true` opens the audit log. */
import { SignJWT, errors, jwtVerify } from 'jose'
import { z } from 'zod'

const claims = z.object({ sub: z.string().min(1), device: z.string().min(1), exp: z.number(), auditor: z.boolean().default(false) })

export interface Identity {
  user: string
  device: string
  expiresAtMs: number
  auditor: boolean
}
export type TokenAnswer = { ok: true; identity: Identity } | { ok: false; code: 'token_expired' | 'forbidden' }

const key = (secret: string) => new TextEncoder().encode(secret)

export function signToken(secret: string, user: string, device: string, ttlSeconds: number, auditor = false): Promise<string> {
  return new SignJWT({ device, ...(auditor ? { auditor } : {}) })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(user)
    .setIssuedAt()
    .setExpirationTime(`${ttlSeconds}s`)
    .sign(key(secret))
}

export async function verifyToken(secret: string, token: string): Promise<TokenAnswer> {
  try {
    const { payload } = await jwtVerify(token, key(secret), { algorithms: ['HS256'] })
    const { sub, device, exp, auditor } = claims.parse(payload)
    return { ok: true, identity: { user: sub, device, expiresAtMs: exp * 1000, auditor } }
  } catch (error) {
    return { ok: false, code: error instanceof errors.JWTExpired ? 'token_expired' : 'forbidden' }
  }
}
