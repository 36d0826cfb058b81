/** The reference client of system/client as a driver. */
import { setTimeout as delay } from 'node:timers/promises'
import type { ChatClient } from '../../system/client/api.ts'
import { createChatClient } from '../../system/client/chat-client.ts'
import { clientParts } from '../../system/client/parts.ts'
import { memoryStorage } from '../../system/client/storage.ts'
import type { ClientStorage } from '../../system/client/storage.ts'
import { mutants } from '../../system/mutants/table.ts'
import { bodyHash } from '../../reports/history/record-hash.ts'
import { seededRandom } from '../random.ts'
import type { ActResult, Capabilities, Driver, Status } from '../driver.ts'
import { followConnections } from './connections.ts'
import { capabilitiesOf } from './reference-capabilities.ts'
import { loadStill } from './still-load.ts'
import { visit } from './visit.ts'

/** Longest wait for a dropped connection to be synced again. */
const reconnectTimeoutMs = 30_000
/** Messages that a client keeps per room: many clients share one process. */
const keptMessages = 2_000

/** How often it is looked whether the outbox is empty. */
const lookAgainMs = 20
/** Beyond it those that are done are forgotten. */
const underwayLimit = 100
const unsent: ReadonlySet<Status> = new Set(['queued', 'sending', 'retrying', 'offline'])

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
  capabilities: ['sync', 'status', 'reply', 'edit', 'view', 'receipts', 'presence', 'history', 'search', 'moderation', 'retention', 'devices', 'files'],
  async connect(identity, observer, { connectTimeoutMs, mutant, seed = bodyHash(identity.device) }) {
    const bug = mutants.find(({ name }) => name === mutant)
    if (mutant !== null && bug === undefined) throw new Error(`there is no mutant ${mutant}`)
    /** Each device keeps its own over a reload, and while another one is used. */
    const storages = new Map<string, ClientStorage>()
    const storageOf = (name: string): ClientStorage => {
      const storage = storages.get(name) ?? memoryStorage()
      storages.set(name, storage)
      return storage
    }
    const load = ({ device, token, storage, random }: Device): Promise<ChatClient> =>
      createChatClient({
        url: identity.url,
        ...(identity.route === undefined ? {} : { route: identity.route }),
        token: async () => token,
        userId: identity.user,
        deviceId: device,
        storage,
        observer,
        random,
        now: Date.now,
        parts: connections.follow(bug?.client?.(clientParts) ?? clientParts),
        settings: { keptMessages },
      })
    const connections = followConnections()
    let device: Device = { device: identity.device, token: identity.token, storage: storageOf(identity.device), random: seededRandom(seed) }
    let client = await load(device)
    let disposed = false
    let sends = 0

    /** Own messages of the present device that may still be on their way. */
    const underway = new Set<string>()

    function outboxIsEmpty(): boolean {
      for (const id of underway) {
        if (unsent.has(client.statusOf(id)?.status ?? 'sent')) return false
        underway.delete(id)
      }
      return true
    }
    /** Subtle: from its first step on whatever is sent goes to the new client, so that nothing falls between the two. */
    async function goOnWith(upcoming: ChatClient, next: Device, timeoutMs: number): Promise<ActResult> {
      const former = client
      client = upcoming
      observer.replaced?.(next.device, next.device !== device.device)
      device = next
      await former.close()
      if (disposed) await client.close()
      return connected(client, timeoutMs)
    }
    async function switchTo(next: Device, timeoutMs: number): Promise<ActResult> {
      const upcoming = await load(next)
      for (const givenUpMs = Date.now() + timeoutMs; !outboxIsEmpty(); await delay(lookAgainMs)) {
        if (!disposed && Date.now() < givenUpMs) continue
        await upcoming.close()
        return { kind: 'unknown', why: 'the outbox did not become empty in time' }
      }
      return goOnWith(upcoming, next, timeoutMs)
    }
    /** A message that the former client stores after this one has read the same outbox would be sent by neither. */
    async function reload(timeoutMs: number): Promise<ActResult> {
      return loadStill(
        () => load(device),
        () => sends,
        (stale) => stale.close(),
        (upcoming) => goOnWith(upcoming, device, timeoutMs),
      )
    }
    const capabilities: Capabilities = {
      ...capabilitiesOf(() => client),
      devices: {
        switchDevice: (to, timeoutMs) => switchTo({ ...to, storage: storageOf(to.device), random: seededRandom(bodyHash(to.device)) }, timeoutMs),
        async goOffline(forMs, timeoutMs) {
          client.disconnect()
          await delay(forMs)
          return connected(client, timeoutMs)
        },
        reload,
        visit: (as, room, askAfterMs) => visit(identity.url, as, room, askAfterMs),
        async stopReading(forMs, timeoutMs) {
          {
            using _stopped = connections.stopReading()
            await delay(forMs)
          }
          return connected(client, timeoutMs)
        },
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
      send(room, body, options) {
        const id = client.send(room, body, options)
        sends++
        underway.add(id)
        if (underway.size > underwayLimit) outboxIsEmpty()
        return id
      },
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
