/** What Artillery 2 gives to an engine and wants from it (facts: one `started` and one callback per virtual user). */
export interface ScriptConfig {
  target: string
  timeout?: number | string
  engines?: Record<string, unknown>
  [key: string]: unknown
}
export interface Script {
  config: ScriptConfig
  scenarios?: ScenarioSpec[]
}
export type StepSpec = Record<string, unknown>
export interface ScenarioSpec {
  name?: string
  engine?: string
  flow: unknown[]
}

export interface Context {
  vars: Record<string, unknown>
  [key: string]: unknown
}
export type Callback = (error: Error | string | null | undefined, context?: Context) => void
export type ArtilleryStep = (context: Context, callback: Callback) => void

export interface Events {
  emit(event: string, ...values: unknown[]): unknown
  on(event: string, listener: (...values: unknown[]) => void): unknown
}

export interface Helpers {
  /** Fills in `{{ variables }}`. */
  template(object: unknown, context: Context): unknown
}
