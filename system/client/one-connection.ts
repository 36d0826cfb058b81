/** An outbox, a view per room and one connection that keeps them true. */
import type { ChatClient, ChatClientOptions, ConnectionState } from './api.ts'
import { assemble } from './assembly.ts'
import type { Scope } from './assembly.ts'
import { readingOf } from './room-reading.ts'
import type { StoredClient } from './storage.ts'
import { createVerbs } from './verbs.ts'

/** What `scope` says of the rooms, with what the storage still has of it; it connects when told to. */
export function createOneConnection(options: ChatClientOptions, stored: StoredClient, scope: Scope): ChatClient {
  const client = assemble(options, stored, scope)
  const { connection, rooms, sync, sender, pending, ownPresence } = client

  function state(): ConnectionState {
    if (connection.elsewhere()) return 'elsewhere'
    if (!connection.greeted()) return 'offline'
    return sync.synced() ? 'online' : 'syncing'
  }
  function untilSynced(timeoutMs: number, what: string): Promise<void> {
    return client.changes.until(sync.synced, timeoutMs, () => `${what}: ${pending() ?? 'nothing'}`)
  }

  return {
    ...createVerbs(client.operations, client.identity),
    ...client.reads,
    ...client.uploads,
    ...client.downloads,
    connect(timeoutMs) {
      sender.refresh()
      connection.open()
      return untilSynced(timeoutMs, 'connect')
    },
    disconnect: () => connection.close('offline'),
    reconnect(timeoutMs) {
      connection.restart('reconnect')
      return untilSynced(timeoutMs, 'reconnect')
    },
    state,
    renewToken: client.renewal.renew,
    join: client.membership.join,
    leave: client.membership.leave,
    send(room, body, more) {
      const row = client.outbox.add(room, body, client.identity(), options.now(), more)
      sender.submit(row)
      return row.clientMessageId
    },
    cancel: (clientMessageId) => sender.cancel(clientMessageId, client.identity()),
    resend: sender.resend,
    statusOf: client.ownStatus,
    room(name) {
      const room = rooms.get(name)
      return room && readingOf(room, options.userId, client.others)
    },
    rooms: () => [...rooms.keys()],
    async markRead(name, seq = Infinity) {
      const room = rooms.get(name)
      return room ? client.watermarks.read(room, seq) : { kind: 'failed', code: 'not_found', retryable: false }
    },
    presenceOf: client.others.presenceOf,
    setPresence: ownPresence.set,
    setTyping: ownPresence.typing,
    focus: ownPresence.focus,
    subscribe: client.subscribers.add,
    pending,
    async close() {
      connection.close('closed')
      client.alarms.close()
      client.changes.close()
      await client.storage.end()
    },
  }
}
