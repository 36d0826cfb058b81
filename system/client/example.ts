/** The chat client in 20 lines: `node system/client/example.ts <url> <token> <user> <device> <room> <text>` joins, sends, and prints what the room shows. */
import { createChatClient } from './chat-client.ts'
import { fileStorage } from './file-storage.ts'

const [url = '', token = '', userId = '', deviceId = '', room = 'lobby', text = 'hello'] = process.argv.slice(2)
const client = await createChatClient({
  url,
  userId,
  deviceId,
  token: async () => token,
  storage: fileStorage(`${deviceId}.chat.json`),
  random: Math.random,
  now: Date.now,
})
await client.connect(10_000)
await client.join(room)
const id = client.send(room, text)
client.subscribe(() => {
  const status = client.statusOf(id)
  console.log(status?.status, `read by ${status?.readBy} of ${status?.of}`)
  for (const { content } of client.room(room)?.messages() ?? []) console.log(`${content.senderId}: ${content.body ?? '(deleted)'}`)
  if (status?.status === 'read') void client.close()
})
