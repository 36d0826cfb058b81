import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { components, findComponent } from '../components/table.ts'
import { balancerConfiguration } from './balancer-configuration.ts'
import { topologies } from './topologies/table.ts'

test.each(topologies.filter(({ balancing }) => balancing !== 'direct').map((topology) => [topology.name, topology] as const))(
  'haproxy -c accepts the configuration of %s',
  async (_, topology) => {
    const found = await findComponent(components.haproxy, { install: true, urls: {}, progress: () => {} })
    if (found.kind !== 'program') throw new Error(`haproxy came from ${found.source}; this test needs a program`)
    const folder = await mkdtemp(join(tmpdir(), 'shakedown-balancer-'))
    try {
      const file = join(folder, 'haproxy.cfg')
      const servers = Array.from({ length: topology.nodes }, (_unused, index) => ({ name: `node-${index + 1}`, host: '127.0.0.1', port: 21_001 + index }))
      await writeFile(file, balancerConfiguration({ topology, port: 21_000, adminSocket: join(folder, 'admin.sock'), servers }))
      const { stdout, stderr } = await promisify(execFile)(found.path, ['-c', '-f', file], { timeout: 10_000 })
      expect(`${stdout}${stderr}`).toContain('Configuration file is valid')
      expect(`${stdout}${stderr}`).not.toMatch(/\[(ALERT|WARNING)\]/)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
)
