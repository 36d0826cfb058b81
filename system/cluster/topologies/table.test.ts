import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { adapterClassic } from './adapter-classic.ts'
import { topologies } from './table.ts'
import { linkNames } from './topology.ts'

test('docs/topologies.md tells of each topology, in the order of the table', () => {
  const text = readFileSync(new URL('../../../docs/topologies.md', import.meta.url), 'utf8')
  expect([...text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name)).toEqual(topologies.map(({ name }) => name))
})

test('whoever connects direct has one node to connect to', () => {
  for (const { balancing, nodes } of topologies) if (balancing === 'direct') expect(nodes).toBe(1)
})

test('a balancer that goes by cookie or room has clients that bring it along', () => {
  for (const { balancing, route } of topologies) {
    expect(route.stickyCookie !== null).toBe(balancing === 'cookie')
    expect(route.perRoom).toBe(balancing === 'room')
  }
})

test('the links have the same names in every topology', () => {
  for (const topology of topologies)
    expect(linkNames(topology, ['office'], false)).toEqual(expect.arrayContaining(['node-1->redis', 'node-1->mongo', 'balancer->node-1', 'office->balancer']))
  expect(linkNames(adapterClassic, ['office'], true)).toEqual(expect.arrayContaining(['client->store', 'scanner->clamd', 'scanner->store', 'scanner->mongo']))
})
