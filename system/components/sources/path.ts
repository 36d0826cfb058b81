import { executables, pathFolders, probeBinary } from '../binary.ts'
import type { Binary } from '../binary.ts'
import type { Source } from '../component.ts'

/** The first program on PATH of a good name and version. */
export function onPath(binary: Binary, fix: string): Source {
  const wanted = `${binary.names.join(' or ')}${binary.minimum === null ? '' : ` ${binary.minimum} or newer`}`
  return {
    name: 'PATH',
    installs: false,
    find: async ({ environment }) => {
      const refused: string[] = []
      for (const path of await executables(binary.names, pathFolders(environment))) {
        const probe = await probeBinary(path, binary, environment)
        if (probe.kind === 'usable') return { kind: 'program', path, version: probe.version, source: 'PATH', standIn: null }
        refused.push(`${path}: ${probe.why}`)
      }
      return { kind: 'unavailable', why: refused.length === 0 ? `no ${wanted}` : refused.join('; '), fix }
    },
  }
}
