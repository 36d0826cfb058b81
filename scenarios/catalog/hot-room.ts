import { fileURLToPath } from 'node:url'
import type { Scenario } from '../scenario.ts'

export const hotRoom: Scenario = {
  name: 'hot-room',
  summary: '500 clients in one room, 2 messages/s in all: each is delivered 500 times',
  script: fileURLToPath(new URL('../scripts/hot-room.yml', import.meta.url)),
  rooms: 1,
  membersPerRoom: 500,
  widerRooms: [],
  messagesPerSecondPerRoom: 2,
  bodyBytes: 160,
  silentRoomsShare: 0,
  cohorts: [{ name: 'office', share: 1 }],
  files: false,
  mix: { react: 0.1, reply: 0.1 },
}
