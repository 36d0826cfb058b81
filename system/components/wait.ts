import { setTimeout as delay } from 'node:timers/promises'

/** Asks every 20 ms until the probe says null (nothing is pending). At the deadline rejects with what it waited for and the probe's last reason. */
export async function waitUntil(what: string, timeoutMs: number, pending: () => Promise<string | null>): Promise<void> {
  const startedNs = process.hrtime.bigint()
  for (;;) {
    const reason = await pending()
    if (reason === null) return
    if (process.hrtime.bigint() - startedNs > BigInt(timeoutMs) * 1_000_000n) throw new Error(`waited ${timeoutMs} ms for ${what}: ${reason}`)
    await delay(20)
  }
}
