/** The chat client. No user interface, nothing of a harness. */
import type { ChatClient, ChatClientOptions } from './api.ts'
import { createOneConnection } from './one-connection.ts'
import { createPerRoom } from './per-room.ts'

/** A client with what its storage still has of it; it connects when told to. */
export async function createChatClient(options: ChatClientOptions): Promise<ChatClient> {
  if (options.route?.perRoom === true) return createPerRoom(options)
  return createOneConnection(options, await options.storage.load(), { room: null, follows: () => true })
}
