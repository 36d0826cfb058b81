/** How a node or component is started and signalled. Everything that a runtime starts dies with the run, also when the run itself is killed. */
export interface Program {
  /** Unique in the run; names the log file too. */
  name: string
  command: string
  args: readonly string[]
  env?: Readonly<Record<string, string>>
  cwd?: string
}
export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
  atNs: bigint
}

export interface Running {
  name: string
  pid: number
  exited: Promise<Exit>
  /** Resolves with the first line of stdout or stderr that matches; rejects at the deadline or when it exits, quoting the end of its output. */
  line(pattern: RegExp, timeoutMs: number): Promise<RegExpMatchArray>
  /** Last lines of its output. */
  tail(): string
  signal(signal: NodeJS.Signals): void
  /** SIGTERM, then SIGKILL after the grace. Resolves when it is gone. */
  stop(graceMs: number): Promise<Exit>
}

export interface Runtime extends AsyncDisposable {
  spawn(program: Program): Promise<Running>
  /** A TCP port of 127.0.0.1, free now, outside the kernel's range of ephemeral ports so that no outgoing connection takes it. */
  port(): Promise<number>
}
