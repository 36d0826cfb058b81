import { fileURLToPath } from 'node:url'
import type { Scenario } from '../scenario.ts'

export const historyScroll: Scenario = {
  name: 'history-scroll',
  summary: '40 clients in 4 rooms of 10 scroll through the history, look around messages and search, while others write, edit and delete',
  script: fileURLToPath(new URL('../scripts/history-scroll.yml', import.meta.url)),
  rooms: 4,
  membersPerRoom: 10,
  widerRooms: [],
  messagesPerSecondPerRoom: 8,
  bodyBytes: 160,
  silentRoomsShare: 0,
  cohorts: [{ name: 'office', share: 1 }],
  files: false,
  mix: { edit: 0.1, delete: 0.05, react: 0.05, reply: 0.05, page: 0.05, pages: 0.15, around: 0.1, search: 0.1, 'search-deleted': 0.05 },
}
