import { fileURLToPath } from 'node:url'
import type { Scenario } from '../scenario.ts'

export const reconnectStorm: Scenario = {
  name: 'reconnect-storm',
  summary: '60 clients in 10 rooms of 6 talk; all of them drop and connect at once, in the steady phase and again in the impact',
  script: fileURLToPath(new URL('../scripts/reconnect-storm.yml', import.meta.url)),
  rooms: 10,
  membersPerRoom: 6,
  widerRooms: [],
  messagesPerSecondPerRoom: 3,
  bodyBytes: 160,
  silentRoomsShare: 0.2,
  cohorts: [{ name: 'office', share: 1 }],
  files: false,
  mix: { react: 0.1, reply: 0.1, reload: 0.01 },
}
