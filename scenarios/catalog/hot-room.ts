import { fileURLToPath } from 'node:url'
import type { Scenario } from '../scenario.ts'

export const hotRoom: Scenario = {
  name: 'hot-room',
  summary: '60 clients in one room, 8 messages/s in all: each is delivered 60 times',
  script: fileURLToPath(new URL('../scripts/hot-room.yml', import.meta.url)),
  rooms: 1,
  membersPerRoom: 60,
  widerRooms: [],
  messagesPerSecondPerRoom: 8,
  bodyBytes: 160,
  silentRoomsShare: 0,
  cohorts: [{ name: 'office', share: 1 }],
  files: false,
  mix: {},
}
