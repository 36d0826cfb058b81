import { expect, test } from 'vitest'
import { balancerConfiguration } from './balancer-configuration.ts'
import { adapterClassic } from './topologies/adapter-classic.ts'
import { roomAffine } from './topologies/room-affine.ts'
import { stickyOnly } from './topologies/sticky-only.ts'

const options = {
  topology: adapterClassic,
  port: 21_000,
  adminSocket: '/tmp/run 1/admin.sock',
  servers: [
    { name: 'node-1', host: '127.0.0.1', port: 21_001 },
    { name: 'node-2', host: '127.0.0.1', port: 21_002 },
  ],
}

test('each server is named by the address of its link', () => {
  const lines = balancerConfiguration(options).split('\n')
  expect(lines).toContain('  server node-1 127.0.0.1:21001')
  expect(lines).toContain('  server node-2 127.0.0.1:21002')
  expect(lines).toContain('  bind 127.0.0.1:21000')
})

test('a node that is marked down loses its sessions at once', () => {
  expect(balancerConfiguration(options)).toMatch(/default-server check .* on-marked-down shutdown-sessions/)
})

test('a path with a blank stays one word', () => {
  expect(balancerConfiguration(options)).toContain('stats socket /tmp/run\\ 1/admin.sock mode 600 level admin')
})

test('by a cookie each server has its own value; by the room it is the consistent hash of a parameter', () => {
  const sticky = balancerConfiguration({ ...options, topology: stickyOnly }).split('\n')
  expect(sticky).toContain('  cookie lb insert indirect nocache')
  expect(sticky).toContain('  server node-2 127.0.0.1:21002 cookie node-2')
  const affine = balancerConfiguration({ ...options, topology: roomAffine }).split('\n')
  expect(affine).toEqual(expect.arrayContaining(['  balance url_param room', '  hash-type consistent sdbm avalanche', '  server node-2 127.0.0.1:21002']))
})
