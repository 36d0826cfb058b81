/** Access tokens: JWT, HS256, with user (`sub`), `device` and expiry. */
import { SignJWT, errors, jwtVerify } from 'jose'
import { z } from 'zod'

const claims = z.object({ sub: z.string().min(1), device: z.string().min(1), exp: z.number() })

export interface Identity {
  user: string
  device: string
  expiresAtMs: number
}
export type TokenAnswer = { ok: true; identity: Identity } | { ok: false; code: 'token_expired' | 'forbidden' }

const key = (secret: string) => new TextEncoder().encode(secret)

export function signToken(secret: string, user: string, device: string, ttlSeconds: number): Promise<string> {
  return new SignJWT({ device }).setProtectedHeader({ alg: 'HS256' }).setSubject(user).setIssuedAt().setExpirationTime(`${ttlSeconds}s`).sign(key(secret))
}

export async function verifyToken(secret: string, token: string): Promise<TokenAnswer> {
  try {
    const { payload } = await jwtVerify(token, key(secret), { algorithms: ['HS256'] })
    const { sub, device, exp } = claims.parse(payload)
    return { ok: true, identity: { user: sub, device, expiresAtMs: exp * 1000 } }
  } catch (error) {
    return { ok: false, code: error instanceof errors.JWTExpired ? 'token_expired' : 'forbidden' }
  }
}
