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

/** What a fault may kill and start again. */
export interface KillableProcess {
  name: string
  /** Null while no process runs. */
  pid: number | null
  /** SIGKILL, recorded as planned; resolves when the process is gone. */
  kill(): Promise<NodeExit>
  /** Starts it again on its port; resolves when it answers ready. */
  restart(): Promise<void>
  /** Resolves when it serves; rejects at the deadline, saying what it last answered. */
  ready(timeoutMs: number): Promise<void>
}

export interface RunningNode extends KillableProcess {
  url: URL
  boot: number
  exits: readonly NodeExit[]
  pause(): void
  resume(): void
  /** SIGTERM: refuse, finish, close; resolves when the process is gone. */
  drain(): Promise<NodeExit>
  /** Connected sockets, from the node's own health report; null when it doesn't answer. */
  sockets(): Promise<number | null>
}

export interface RunningCluster extends AsyncDisposable {
  topology: string
  nodes: readonly RunningNode[]
  /** Processes that serve no clients: the scan worker, where files are shared. */
  workers: readonly RunningNode[]
  /** What the nodes stand on: ready when every node that runs says that it is. */
  servers: readonly KillableProcess[]
  links: readonly Link[]
  components: readonly RunningComponent[]
  toxiproxy: ToxiproxyControl
  /** Where clients of a cohort connect. */
  entrance(cohort: string): URL
  /** The harness is the identity provider: a signed token for user and device. */
  /** For `seconds`, by default for longer than any run; a negative number: it has expired. */
  mintToken(user: string, device: string, seconds?: number): Promise<string>
  mongo: { url: string; database: string }
  /** Null where no object store was found. */
  store: RunningStore | null
  /** Why the cluster has not settled, or null. */
  pending(): Promise<string | null>
}
