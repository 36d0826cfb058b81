import { fileURLToPath } from 'node:url'
import type { Scenario } from '../scenario.ts'

export const fileShare: Scenario = {
  name: 'file-share',
  summary: '40 clients in 8 rooms of 5 share files and fetch them, infected, overwritten and disguised ones among them; some try what an attacker would',
  script: fileURLToPath(new URL('../scripts/file-share.yml', import.meta.url)),
  rooms: 8,
  membersPerRoom: 5,
  widerRooms: [],
  messagesPerSecondPerRoom: 2,
  bodyBytes: 160,
  silentRoomsShare: 0,
  cohorts: [{ name: 'office', share: 1 }],
  files: true,
  mix: {
    reply: 0.1,
    upload: 0.25,
    infected: 0.05,
    overwrite: 0.05,
    disguised: 0.05,
    download: 0.4,
    tampered: 0.05,
    borrowed: 0.05,
    expired: 0.05,
    quarantined: 0.1,
  },
}
