/** The chat client as a page uses it. Bundled by system/client/bundle.ts; nothing here or below it needs Node. */
import type { ChatClient, ChatClientOptions } from './api.ts'
import { createChatClient as create } from './chat-client.ts'

export { indexedDbStorage } from './indexed-db-storage.ts'

/** `random` and `now` are the page's own unless given. */
export function createChatClient(options: Omit<ChatClientOptions, 'random' | 'now'> & Partial<Pick<ChatClientOptions, 'random' | 'now'>>): Promise<ChatClient> {
  return create({ random: Math.random, now: Date.now, ...options })
}
