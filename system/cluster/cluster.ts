/** The seam between a running cluster and those who load it, break it and audit it. */
import type { ToxiproxyControl } from '../components/toxiproxy-control.ts'
import type { RunningComponent } from '../components/component.ts'
import type { RunningStore } from '../components/object-store.ts'
import type { Link } from './links.ts'
import type { Exit } from './runtime.ts'

export interface NodeExit extends Exit {
  boot: number
  planned: boolean
}

export interface RunningNode {
  name: string
  url: URL
  /** Null while no process runs. */
  pid: number | null
  boot: number
  exits: readonly NodeExit[]
  /** SIGKILL, recorded as planned; resolves when the process is gone. */
  kill(): Promise<NodeExit>
  pause(): void
  resume(): void
  /** Starts it again on its port; resolves when it answers ready. */
  restart(): Promise<void>
  /** SIGTERM: refuse, finish, close; resolves when the process is gone. */
  drain(): Promise<NodeExit>
  /** Resolves when `/health/ready` answers 200; rejects at the deadline, saying what it last answered. */
  ready(timeoutMs: number): Promise<void>
  /** Connected sockets, from the node's own health report; null when it doesn't answer. */
  sockets(): Promise<number | null>
}

export interface RunningCluster extends AsyncDisposable {
  topology: string
  nodes: readonly RunningNode[]
  /** Processes that serve no clients: the scan worker, where files are shared. */
  workers: readonly RunningNode[]
  links: readonly Link[]
  components: readonly RunningComponent[]
  toxiproxy: ToxiproxyControl
  /** Where clients of a cohort connect. */
  entrance(cohort: string): URL
  /** The harness is the identity provider: a signed token for user and device. */
  mintToken(user: string, device: string): Promise<string>
  mongo: { url: string; database: string }
  /** Null where no object store was found. */
  store: RunningStore | null
  /** Why the cluster has not settled, or null. */
  pending(): Promise<string | null>
}
