import type { Mix } from './engine/mix.ts'

export interface Cohort {
  name: string
  /** Part of all clients, above 0; the shares of a scenario add up to 1. */
  share: number
}

/** What clients do, as data: an Artillery script and the population that plays it. Each client is in one of the `rooms`, and in one wider room of each size. */
export interface Scenario {
  name: string
  summary: string
  /** Path of the Artillery script. */
  script: string
  rooms: number
  membersPerRoom: number
  /** Members of further rooms, by which the same clients are divided again: `[20, 60]` puts each of them into one of 20 and one of 60 besides. */
  widerRooms: readonly number[]
  /** By the members of each of the `rooms`, who talk in all rooms that they are in, in turn. */
  messagesPerSecondPerRoom: number
  /** Bytes of each message body. */
  bodyBytes: number
  /** Part of the rooms, 0 to 1, that fall silent inside the impact phase, so that no later message heals a loss by accident. */
  silentRoomsShare: number
  cohorts: readonly Cohort[]
  /** Part of the clients, 0 to 1, whose user is there on a second device at the same time: a client of its own in the same rooms, that only follows them. */
  secondDevices?: number
  /** It shares files: the cluster needs an object store and a scanner. */
  files: boolean
  /** Some of its rooms archive: the cluster needs an object store. */
  archives?: true
  /** What is done besides each message, by shares; the script's `talk` takes it from the variable `mix`. */
  mix: Mix
}

/** Second devices included. */
export function clientCount({ rooms, membersPerRoom, secondDevices = 0 }: Pick<Scenario, 'rooms' | 'membersPerRoom' | 'secondDevices'>): number {
  const users = rooms * membersPerRoom
  return users + Math.round(secondDevices * users)
}

/** Values for the script's `config.variables`. */
export function scriptVariables(scenario: Scenario): { ratePerSecond: number; bodyBytes: number; mix: string } {
  return { ratePerSecond: scenario.messagesPerSecondPerRoom / scenario.membersPerRoom, bodyBytes: scenario.bodyBytes, mix: JSON.stringify(scenario.mix) }
}
