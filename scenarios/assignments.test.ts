import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { assignClients, roles } from './assignments.ts'
import { steadyChat } from './catalog/steady-chat.ts'
import { scriptVariables } from './scenario.ts'
import { findScenario, scenarios } from './table.ts'

const countBy = (keys: string[]): Record<string, number> =>
  keys.reduce<Record<string, number>>((counts, key) => ({ ...counts, [key]: (counts[key] ?? 0) + 1 }), {})

test('each client has one seat, and each room is full', () => {
  const clients = assignClients(steadyChat, 7)
  expect(clients.map((client) => client.number)).toEqual(Array.from({ length: 60 }, (_, number) => number))
  expect(clients[0]).toMatchObject({ user: 'user-1', device: 'device-1', cohort: 'office' })
  expect(new Set(Object.values(countBy(clients.flatMap((client) => client.rooms))))).toEqual(new Set([5]))
  expect(new Set(clients.map((client) => client.user)).size).toBe(60)
})

test('each client is in one wider room of each size besides, full ones as far as there are clients', () => {
  const clients = assignClients({ ...steadyChat, widerRooms: [25, 60] }, 7)
  expect(clients.every(({ rooms }) => rooms.length === 3)).toBe(true)
  expect(countBy(clients.map(({ rooms }) => rooms[1] ?? ''))).toEqual({ 'room-of-25-1': 25, 'room-of-25-2': 25, 'room-of-25-3': 10 })
  expect(countBy(clients.map(({ rooms }) => rooms[2] ?? ''))).toEqual({ 'room-of-60-1': 60 })
})

test('some people are there on a second device, which follows the same rooms', () => {
  const clients = assignClients({ ...steadyChat, secondDevices: 0.1 }, 7)
  expect(clients).toHaveLength(66)
  const second = clients.slice(60)
  expect(second.map(({ number, user, device, role }) => [number, user, device, role])).toEqual(
    [1, 2, 3, 4, 5, 6].map((user, index) => [60 + index, `user-${user}`, `device-${user}-c`, roles.follows]),
  )
  expect(second.map(({ rooms }) => rooms)).toEqual(clients.slice(0, 6).map(({ rooms }) => rooms))
  expect(clients.slice(0, 60).map(({ hasSecondDevice }) => hasSecondDevice === true)).toEqual(clients.slice(0, 60).map((_, number) => number < 6))
  expect(clients.slice(6, 60)).toEqual(assignClients(steadyChat, 7).slice(6))
})

test('a quarter of the rooms fall silent, each with all of its members', () => {
  const silent = assignClients(steadyChat, 7).filter((client) => client.role === roles.fallsSilent)
  expect(silent).toHaveLength(15)
  expect(Object.keys(countBy(silent.flatMap((client) => client.rooms)))).toHaveLength(3)
})

test('the seed decides, and nothing else', () => {
  expect(assignClients(steadyChat, 7)).toEqual(assignClients(steadyChat, 7))
  expect(assignClients(steadyChat, 7)).not.toEqual(assignClients(steadyChat, 8))
})

test('cohorts get their shares, the rest by largest remainder', () => {
  const cohorts = [
    { name: 'office', share: 0.6 },
    { name: 'mobile', share: 0.33 },
    { name: 'train', share: 0.07 },
  ]
  expect(countBy(assignClients({ ...steadyChat, cohorts }, 3).map((client) => client.cohort))).toEqual({ office: 36, mobile: 20, train: 4 })
})

test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('the script of %s says the same rate and size as the scenario', (name, scenario) => {
  const script: { config: { variables: unknown } } = parse(readFileSync(scenario.script, 'utf8'))
  expect(script.config.variables).toEqual(scriptVariables(scenario))
  expect(findScenario(name)).toBe(scenario)
})
