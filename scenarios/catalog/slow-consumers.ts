import { fileURLToPath } from 'node:url'
import type { Scenario } from '../scenario.ts'

export const slowConsumers: Scenario = {
  name: 'slow-consumers',
  summary: '60 clients in 3 rooms of 20 send long messages; a quarter of them read nothing for 5 s while the others talk',
  script: fileURLToPath(new URL('../scripts/slow-consumers.yml', import.meta.url)),
  rooms: 3,
  membersPerRoom: 20,
  widerRooms: [],
  messagesPerSecondPerRoom: 8,
  bodyBytes: 4000,
  silentRoomsShare: 0,
  cohorts: [{ name: 'office', share: 1 }],
  files: false,
  mix: { react: 0.05, reply: 0.1 },
}
