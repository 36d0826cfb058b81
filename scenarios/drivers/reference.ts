/** The reference client of system/client as a driver. */
import { setTimeout as delay } from 'node:timers/promises'
import type { ChatClient } from '../../system/client/api.ts'
import { createChatClient } from '../../system/client/chat-client.ts'
import { clientParts } from '../../system/client/parts.ts'
import { memoryStorage } from '../../system/client/storage.ts'
import type { ClientStorage } from '../../system/client/storage.ts'
import { mutants } from '../../system/mutants/table.ts'
import { bodyHash } from '../../reports/history/kinds.ts'
import { seededRandom } from '../random.ts'
import type { ActResult, Capabilities, Driver } from '../driver.ts'
import { capabilitiesOf } from './reference-capabilities.ts'

/** Longest wait for a dropped connection to be synced again. */
const reconnectTimeoutMs = 30_000
/** Messages that a client keeps per room: many clients share one process. */
const keptMessages = 2_000

interface Device {
  device: string
  token: string
  /** Stands for what the device keeps over a reload. */
  storage: ClientStorage
  random: () => number
}

async function connected(client: ChatClient, timeoutMs: number): Promise<ActResult> {
  try {
    await client.connect(timeoutMs)
    return { kind: 'ok' }
  } catch (error) {
    return { kind: 'unknown', why: error instanceof Error ? error.message : String(error) }
  }
}

export const referenceDriver: Driver = {
  name: 'reference',
  capabilities: ['sync', 'status', 'reply', 'edit', 'view', 'receipts', 'presence', 'history', 'search', 'moderation', 'devices'],
  async connect(identity, observer, { connectTimeoutMs, mutant, seed = bodyHash(identity.device) }) {
    const decorate = mutants.find(({ name }) => name === mutant)?.client
    const load = ({ device, token, storage, random }: Device): Promise<ChatClient> =>
      createChatClient({
        url: identity.url,
        token: async () => token,
        userId: identity.user,
        deviceId: device,
        storage,
        observer,
        random,
        now: Date.now,
        parts: decorate ? decorate(clientParts) : clientParts,
        settings: { keptMessages },
      })
    let device: Device = { device: identity.device, token: identity.token, storage: memoryStorage(), random: seededRandom(seed) }
    let client = await load(device)
    let disposed = false

    async function goOnWith(next: Device, timeoutMs: number): Promise<ActResult> {
      await client.close()
      device = next
      client = await load(next)
      if (disposed) await client.close()
      return connected(client, timeoutMs)
    }
    const capabilities: Capabilities = {
      ...capabilitiesOf(() => client),
      devices: {
        switchDevice: (to, timeoutMs) => goOnWith({ ...to, storage: memoryStorage(), random: seededRandom(bodyHash(to.device)) }, timeoutMs),
        async goOffline(forMs, timeoutMs) {
          client.disconnect()
          await delay(forMs)
          return connected(client, timeoutMs)
        },
        reload: (timeoutMs) => goOnWith(device, timeoutMs),
      },
    }

    try {
      await client.connect(connectTimeoutMs)
    } catch (error) {
      await client.close()
      throw error
    }
    return {
      join: (room) => client.join(room),
      send: (room, body, options) => client.send(room, body, options),
      reconnect: () => client.reconnect(reconnectTimeoutMs),
      pending: () => client.pending(),
      capability: (kind) => capabilities[kind],
      [Symbol.asyncDispose]() {
        disposed = true
        return client.close()
      },
    }
  },
}
