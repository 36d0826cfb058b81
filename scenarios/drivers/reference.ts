/** The reference client of system/client as a driver. */
import { createChatClient } from '../../system/client/chat-client.ts'
import { clientParts } from '../../system/client/parts.ts'
import { memoryStorage } from '../../system/client/storage.ts'
import { mutants } from '../../system/mutants/table.ts'
import { bodyHash } from '../../reports/history/kinds.ts'
import { seededRandom } from '../random.ts'
import type { Driver } from '../driver.ts'

/** Longest wait for a dropped connection to be synced again. */
const reconnectTimeoutMs = 30_000

export const referenceDriver: Driver = {
  name: 'reference',
  capabilities: ['sync', 'receipts', 'status'],
  async connect(identity, observer, { connectTimeoutMs, mutant, seed = bodyHash(identity.device) }) {
    const decorate = mutants.find(({ name }) => name === mutant)?.client
    const client = await createChatClient({
      url: identity.url,
      token: async () => identity.token,
      userId: identity.user,
      deviceId: identity.device,
      storage: memoryStorage(),
      observer,
      random: seededRandom(seed),
      now: Date.now,
      parts: decorate ? decorate(clientParts) : clientParts,
    })
    try {
      await client.connect(connectTimeoutMs)
    } catch (error) {
      await client.close()
      throw error
    }
    return {
      join: client.join,
      send: client.send,
      reconnect: () => client.reconnect(reconnectTimeoutMs),
      pending: client.pending,
      capability: () => null,
      [Symbol.asyncDispose]: client.close,
    }
  },
}
