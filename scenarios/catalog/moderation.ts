import { fileURLToPath } from 'node:url'
import type { Scenario } from '../scenario.ts'

export const moderation: Scenario = {
  name: 'moderation',
  summary:
    '60 people in 6 rooms of 10, 12 of them on two devices at once; owners appoint moderators, who mute, hold, release, remove, kick and ban; members try to, and who is put out tries to read, write and join again; old messages of some rooms are archived or deleted, unless a legal hold stands',
  script: fileURLToPath(new URL('../scripts/moderation.yml', import.meta.url)),
  rooms: 6,
  membersPerRoom: 10,
  widerRooms: [],
  messagesPerSecondPerRoom: 6,
  bodyBytes: 160,
  silentRoomsShare: 0,
  cohorts: [{ name: 'office', share: 1 }],
  files: false,
  archives: true,
  secondDevices: 0.2,
  mix: {
    edit: 0.05,
    delete: 0.02,
    react: 0.1,
    reply: 0.1,
    page: 0.02,
    search: 0.02,
    appoint: 0.1,
    mute: 0.1,
    hold: 0.15,
    release: 0.15,
    remove: 0.1,
    typing: 0.1,
    kick: 0.1,
    ban: 0.15,
    overreach: 0.1,
    trespass: 0.5,
    rejoin: 0.4,
    leave: 0.01,
  },
}
