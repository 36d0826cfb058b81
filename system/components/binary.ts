/** A program file that can serve as a component, and how to learn its version. */
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { runCommand } from './command.ts'
import type { Search } from './component.ts'
import { atLeast, parseVersion } from './version.ts'

export interface Binary {
  /** File names under which it counts when found on PATH, the preferred first. */
  names: readonly string[]
  versionArguments: readonly string[]
  /** Its first group is the version. */
  version: RegExp
  /** Null when every version serves. */
  minimum: string | null
}

export type Probe = { kind: 'usable'; version: string } | { kind: 'unusable'; why: string }

/** Pure: whether what the program printed for its version is good enough. A program without a minimum may print anything. */
export function judgeVersion(output: string, binary: Binary): Probe {
  const version = parseVersion(output, binary.version)
  if (binary.minimum === null) return { kind: 'usable', version: version ?? 'unknown' }
  if (version === null) return { kind: 'unusable', why: `it prints no version (${JSON.stringify(output.slice(0, 80))})` }
  return atLeast(version, binary.minimum) ? { kind: 'usable', version } : { kind: 'unusable', why: `version ${version} is older than ${binary.minimum}` }
}

export async function probeBinary(path: string, binary: Binary, environment: Search['environment']): Promise<Probe> {
  const result = await runCommand(path, binary.versionArguments, { timeoutMs: 5_000, environment })
  return result.ok ? judgeVersion(result.output, binary) : { kind: 'unusable', why: result.why }
}

/** Folders of PATH. Debian keeps servers in /usr/sbin, which the PATH of users other than root lacks. */
export function pathFolders(environment: Search['environment']): readonly string[] {
  const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.includes('/usr/bin') && !folders.includes('/usr/sbin') ? [...folders, '/usr/sbin'] : folders
}

/** Every executable of these names in these folders, in their order. */
export async function executables(names: readonly string[], folders: readonly string[]): Promise<readonly string[]> {
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)))
  const usable = await Promise.all(
    candidates.map((path) =>
      access(path, constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  )
  return candidates.filter((_, index) => usable[index])
}
