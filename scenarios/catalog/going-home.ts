import { fileURLToPath } from 'node:url'
import type { Scenario } from '../scenario.ts'

export const goingHome: Scenario = {
  name: 'going-home',
  summary: '60 clients in 10 rooms of 6 talk; a third of them leave for good in the impact',
  script: fileURLToPath(new URL('../scripts/going-home.yml', import.meta.url)),
  rooms: 10,
  membersPerRoom: 6,
  widerRooms: [],
  messagesPerSecondPerRoom: 3,
  bodyBytes: 160,
  silentRoomsShare: 0,
  cohorts: [{ name: 'office', share: 1 }],
  files: false,
  mix: { react: 0.1, reply: 0.1 },
}
