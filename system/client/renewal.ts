/** Renews the token of a connection before it ends, so that the connection doesn't end with it. */
import type { Alarms } from './alarms.ts'
import type { Connection } from './connection.ts'
import type { Result } from './operations.ts'
import type { ClientSettings } from './settings.ts'
import { backoffMs } from './settings.ts'
import { expiryOf, renewInMs } from './token-expiry.ts'

export interface RenewalOptions {
  connection: Pick<Connection, 'request' | 'session' | 'greeted'>
  /** Asks for a fresh token. */
  token: () => Promise<string>
  alarms: Alarms
  settings: ClientSettings
  random: () => number
  now: () => number
}

export interface Renewal {
  /** The token that a connection begins with. */
  began(token: string): void
  lost(): void
  /** Renews now. */
  renew: () => Promise<Result<{ expiresAt: number }>>
}

export function createRenewal({ connection, token, alarms, settings, random, now }: RenewalOptions): Renewal {
  let cancel = (): void => {}
  let failures = 0

  function schedule(current: string): void {
    cancel()
    const expiresAtMs = expiryOf(current)
    // A token that has ended already is refused by the node; the next connect asks for another one.
    if (expiresAtMs === null || expiresAtMs <= now()) return
    const delayMs = Math.min(renewInMs(expiresAtMs, now()), longestTimerMs) + backoffMs(failures, settings, random)
    cancel = alarms.after(delayMs, () => void renewOrRetry(current))
  }
  async function renewOrRetry(current: string): Promise<void> {
    const session = connection.session()
    const result = await renew()
    if (result.kind === 'ok' || session !== connection.session() || !connection.greeted()) return
    failures += 1
    schedule(current)
  }
  async function renew(): Promise<Result<{ expiresAt: number }>> {
    const session = connection.session()
    try {
      const next = await token()
      const answer = await connection.request('token:renew', { token: next })
      if (!answer.ok) return { kind: 'failed', code: answer.error.code, retryable: true }
      if (session === connection.session()) {
        failures = 0
        schedule(next)
      }
      return { kind: 'ok', expiresAt: answer.expiresAt }
    } catch (error) {
      return { kind: 'unknown', why: String(error) }
    }
  }

  return {
    began(current) {
      failures = 0
      schedule(current)
    },
    lost: () => cancel(),
    renew,
  }
}

const longestTimerMs = 2 ** 31 - 1
