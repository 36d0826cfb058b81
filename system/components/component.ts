/** A real program of the cluster other than the nodes, and where it comes from. */
import type { Exit, Runtime } from '../cluster/runtime.ts'

export type ComponentName = 'redis' | 'mongo' | 'toxiproxy' | 'haproxy' | 'store' | 'clamd'

/** How to run it: a program on this machine, an image of a Docker Engine, or a server that somebody else runs. */
export type Found = {
  /** e.g. `PATH`, `cache (go install)`, `apt`, `PyPI`, `Docker`, `URL`. */
  source: string
  version: string
  /** Named when this is not the product itself, e.g. `SecantusDB for MongoDB`. */
  standIn: string | null
} & ({ kind: 'program'; path: string } | { kind: 'image'; image: string } | { kind: 'url'; url: URL })

/** Needed only where files are shared or rooms archived. */
export const fileComponents = ['store', 'clamd'] as const satisfies readonly ComponentName[]
export type FileComponent = (typeof fileComponents)[number]
/** What a cluster starts from. Without an object store its nodes answer `unavailable` to what needs one; without clamd too no file is ever scanned. */
export type FoundComponents = Readonly<Record<Exclude<ComponentName, FileComponent>, Found>> & { readonly [name in FileComponent]?: Found }

export interface Unavailable {
  kind: 'unavailable'
  why: string
  fix: string | null
}

export interface FindOptions {
  /** Forbids sources that download, build or install. */
  install: boolean
  /** URLs given by the user, by component. */
  urls: Readonly<Partial<Record<ComponentName, string>>>
  /** One line a step: what is fetched or built, and how long it took. */
  progress: (line: string) => void
  /** Where PATH, HOME and XDG_CACHE_HOME are looked up. */
  environment?: Readonly<Record<string, string | undefined>>
}

export type Search = FindOptions & Required<Pick<FindOptions, 'environment'>>

export interface Source {
  name: string
  /** true when it downloads, builds or installs: `--no-install` skips it. */
  installs: boolean
  find(search: Search): Promise<Found | Unavailable>
}

export interface StartOptions {
  folder: string
  runId: string
}

export interface RunningComponent extends AsyncDisposable {
  name: ComponentName
  url: URL
  host: string
  port: number
  version: string
  source: string
  standIn: string | null
  /** Null while no process of this run serves it: after a kill, and always for a server given by URL. */
  readonly pid: number | null
  /** SIGKILL; resolves when it is gone. Not for a server given by URL: throws. */
  kill(): Promise<Exit>
  pause(): void
  resume(): void
  /** Starts it again on the same port and data. */
  restart(): Promise<void>
}

export interface Component<Options = object> {
  name: ComponentName
  sources: readonly Source[]
  start(found: Found, runtime: Runtime, options: StartOptions & Options): Promise<RunningComponent>
}
