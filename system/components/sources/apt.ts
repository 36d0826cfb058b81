import { access, chmod, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { executables, probeBinary } from '../binary.ts'
import type { Binary } from '../binary.ts'
import { cacheFolder, exclusively } from '../cached-package.ts'
import { runCommand } from '../command.ts'
import type { CommandResult } from '../command.ts'
import type { Found, Search, Source } from '../component.ts'
import { installing } from './installing.ts'

const policyPath = '/usr/sbin/policy-rc.d'
const policy = '#!/bin/sh\n# Written by shakedown while it installs a package, so that the package starts no service. Safe to delete.\nexit 101\n'

/** Runs a task while packages may not start their services, unless the machine has a policy of its own about that. */
async function withoutServices<T>(task: () => Promise<T>): Promise<T> {
  const present = await access(policyPath).then(
    () => readFile(policyPath, 'utf8'),
    () => null,
  )
  if (present !== null && present !== policy) return task()
  await writeFile(policyPath, policy)
  await chmod(policyPath, 0o755)
  try {
    return await task()
  } finally {
    await rm(policyPath, { force: true })
  }
}

async function aptGet(args: readonly string[], { environment }: Search): Promise<CommandResult> {
  return runCommand('apt-get', ['-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=2', ...args], {
    timeoutMs: 300_000,
    environment,
    add: { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  })
}

async function installDebian(debianPackage: string, search: Search): Promise<CommandResult> {
  const install = ['install', '--yes', '--no-install-recommends', debianPackage]
  const first = await aptGet(install, search)
  if (first.ok) return first
  // Package lists that are missing or name versions that are gone.
  search.progress('apt-get update')
  const updated = await aptGet(['update'], search)
  return updated.ok ? aptGet(install, search) : updated
}

/** A package of Debian or Ubuntu, installed as root; the distribution's own service is left stopped. */
export function aptPackage(debianPackage: string, binary: Binary): Source {
  return installing({
    name: 'apt',
    fix: `sudo apt-get install --no-install-recommends ${debianPackage}`,
    install: async (search): Promise<Found | string> => {
      const apt = await runCommand('apt-get', ['--version'], { timeoutMs: 5_000, environment: search.environment })
      if (!apt.ok) return 'not a Debian or Ubuntu machine: no apt-get'
      if (process.getuid?.() !== 0) return 'needs root'
      search.progress(`apt-get install ${debianPackage}`)
      const result = await exclusively(join(cacheFolder(search.environment), '.apt-lock'), search, () =>
        withoutServices(() => installDebian(debianPackage, search)),
      )
      if (!result.ok) return result.why
      const [path] = await executables(binary.names, ['/usr/bin', '/usr/sbin'])
      if (path === undefined) return `${debianPackage} is installed, but brings no ${binary.names.join(' or ')}`
      const probe = await probeBinary(path, binary, search.environment)
      return probe.kind === 'usable' ? { kind: 'program', path, version: probe.version, source: 'apt', standIn: null } : `${path}: ${probe.why}`
    },
  })
}
