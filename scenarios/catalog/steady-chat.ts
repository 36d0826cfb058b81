import { fileURLToPath } from 'node:url'
import type { Scenario } from '../scenario.ts'

export const steadyChat: Scenario = {
  name: 'steady-chat',
  summary:
    '60 clients in 12 rooms of 5, 8 messages/s in each room; a quarter of the rooms fall silent during the impact; edits, deletions, reactions, replies, typing, pages and searches among them',
  script: fileURLToPath(new URL('../scripts/steady-chat.yml', import.meta.url)),
  rooms: 12,
  membersPerRoom: 5,
  widerRooms: [],
  messagesPerSecondPerRoom: 8,
  bodyBytes: 160,
  silentRoomsShare: 0.25,
  cohorts: [{ name: 'office', share: 1 }],
  files: false,
  mix: { edit: 0.05, delete: 0.02, react: 0.1, reply: 0.1, typing: 0.1, page: 0.02, search: 0.01 },
}
