import { fileShare } from './catalog/file-share.ts'
import { goingHome } from './catalog/going-home.ts'
import { historyScroll } from './catalog/history-scroll.ts'
import { hotRoom } from './catalog/hot-room.ts'
import { manyRooms } from './catalog/many-rooms.ts'
import { moderation } from './catalog/moderation.ts'
import { officeDay } from './catalog/office-day.ts'
import { reconnectStorm } from './catalog/reconnect-storm.ts'
import { slowConsumers } from './catalog/slow-consumers.ts'
import { steadyChat } from './catalog/steady-chat.ts'
import type { Scenario } from './scenario.ts'

export const scenarios: readonly Scenario[] = [
  steadyChat,
  hotRoom,
  manyRooms,
  reconnectStorm,
  goingHome,
  slowConsumers,
  fileShare,
  moderation,
  historyScroll,
  officeDay,
]

/** The scenario of that name, or null. */
export function findScenario(name: string): Scenario | null {
  return scenarios.find((scenario) => scenario.name === name) ?? null
}
