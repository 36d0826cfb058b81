import { hotRoom } from './catalog/hot-room.ts'
import { steadyChat } from './catalog/steady-chat.ts'
import type { Scenario } from './scenario.ts'

export const scenarios: readonly Scenario[] = [steadyChat, hotRoom]

/** The scenario of that name, or null. */
export function findScenario(name: string): Scenario | null {
  return scenarios.find((scenario) => scenario.name === name) ?? null
}
