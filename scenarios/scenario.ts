import type { Mix } from './engine/mix.ts'

/** What clients do, as data: an Artillery script and the population that plays it. Each client is in one room. */
export interface Cohort {
  name: string
  /** Part of all clients, above 0; the shares of a scenario add up to 1. */
  share: number
}

export interface Scenario {
  name: string
  summary: string
  /** Path of the Artillery script. */
  script: string
  rooms: number
  membersPerRoom: number
  messagesPerSecondPerRoom: number
  /** Bytes of each message body. */
  bodyBytes: number
  /** Part of the rooms, 0 to 1, that fall silent inside the impact phase, so that no later message heals a loss by accident. */
  silentRoomsShare: number
  cohorts: readonly Cohort[]
  /** What is done besides each message, by shares; the script's `talk` takes it from the variable `mix`. */
  mix: Mix
}

/** Values for the script's `config.variables`. */
export function scriptVariables(scenario: Scenario): { ratePerSecond: number; bodyBytes: number; mix: string } {
  return { ratePerSecond: scenario.messagesPerSecondPerRoom / scenario.membersPerRoom, bodyBytes: scenario.bodyBytes, mix: JSON.stringify(scenario.mix) }
}
