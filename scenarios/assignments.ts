/** Who plays a scenario: decided before the run from the scenario and the seed alone. */
import type { ClientAssignment } from './control-messages.ts'
import { seededRandom, shuffled } from './random.ts'
import { clientCount, type Cohort, type Scenario } from './scenario.ts'

/** A client before it has a token and an entrance. */
export type PlannedClient = Omit<ClientAssignment, 'token' | 'url'>

/** `follows`: the second device of somebody who talks on another. */
export const roles = { talker: 'talker', fallsSilent: 'falls-silent', follows: 'follows' } as const

/**
 * The clients in the order in which they are handed out. Numbers are dense from 0; client 0 is `user-1` on `device-1`.
 * Seats (room and cohort) are dealt by the seed, so that a client's number says nothing about its room. Second devices come last.
 */
export function assignClients(scenario: Scenario, seed: number): PlannedClient[] {
  const random = seededRandom(seed)
  const rooms = Array.from({ length: scenario.rooms }, (_, index) => `room-${index + 1}`)
  const silent = new Set(shuffled(rooms, random).slice(0, Math.round(scenario.silentRoomsShare * rooms.length)))
  const seats = shuffled(
    rooms.flatMap((room) => Array<string>(scenario.membersPerRoom).fill(room)),
    random,
  )
  const wider = scenario.widerRooms.map((members) => dealWider(members, seats.length, random))
  const cohorts = shuffled(dealCohorts(scenario.cohorts, seats.length), random)
  const second = clientCount(scenario) - seats.length
  const first = seats.map((room, number): PlannedClient => ({
    number,
    user: `user-${number + 1}`,
    device: `device-${number + 1}`,
    cohort: cohorts[number] ?? 'office',
    role: silent.has(room) ? roles.fallsSilent : roles.talker,
    rooms: [room, ...wider.flatMap((seatsOfSize) => seatsOfSize[number] ?? [])],
    seed: Math.floor(random() * 2 ** 31),
    ...(number < second ? { hasSecondDevice: true as const } : {}),
  }))
  const others = first.slice(0, second).map((client, index): PlannedClient => ({
    ...client,
    number: seats.length + index,
    device: `${client.device}-c`,
    role: roles.follows,
    seed: Math.floor(random() * 2 ** 31),
  }))
  return [...first, ...others]
}

/** A room of that size for each client: full ones, and one for the rest. */
function dealWider(members: number, clients: number, random: () => number): string[] {
  const seats = Array.from({ length: clients }, (_, seat) => `room-of-${members}-${Math.floor(seat / members) + 1}`)
  return shuffled(seats, random)
}

/** Cohort names for `count` clients: whole parts of the shares first, the rest by largest remainder. */
function dealCohorts(cohorts: readonly Cohort[], count: number): string[] {
  const parts = cohorts.map((cohort) => ({ name: cohort.name, whole: Math.floor(cohort.share * count + 1e-9), remainder: (cohort.share * count) % 1 }))
  const names = parts.flatMap((part) => Array<string>(part.whole).fill(part.name))
  const byRemainder = parts.toSorted((left, right) => right.remainder - left.remainder)
  for (let index = 0; names.length < count && byRemainder.length > 0; index++) names.push(byRemainder[index % byRemainder.length]?.name ?? '')
  return names
}
