import { fileURLToPath } from 'node:url'
import type { Scenario } from '../scenario.ts'

export const manyRooms: Scenario = {
  name: 'many-rooms',
  summary: '240 clients in 120 rooms of 2, a message every 2 s in each room, with reactions, edits and receipts',
  script: fileURLToPath(new URL('../scripts/many-rooms.yml', import.meta.url)),
  rooms: 120,
  membersPerRoom: 2,
  widerRooms: [],
  messagesPerSecondPerRoom: 0.5,
  bodyBytes: 160,
  silentRoomsShare: 0.25,
  cohorts: [{ name: 'office', share: 1 }],
  files: false,
  mix: { edit: 0.05, react: 0.1, reply: 0.1, read: 0.3, typing: 0.2 },
}
