/** All components, and the search for what can serve as one. Adding a component is one new file and one row here. */
import { clamd } from './clamd.ts'
import type { Component, ComponentName, Found, FindOptions, Search } from './component.ts'
import { haproxy } from './haproxy.ts'
import { mongo } from './mongo.ts'
import { store } from './object-store.ts'
import { redis } from './redis.ts'
import { toxiproxy } from './toxiproxy.ts'

export const components = { redis, mongo, toxiproxy, haproxy, store, clamd } satisfies Record<ComponentName, Pick<Component, 'name' | 'sources'>>

/** A source that could not serve. */
export interface Tried {
  source: string
  why: string
  fix: string | null
}
export interface Survey {
  name: ComponentName
  found: Found | null
  tried: readonly Tried[]
}

/** No source serves. The message lists each one tried, why not, and the command that would fix it. */
export class ComponentUnavailable extends Error {
  override readonly name = 'ComponentUnavailable'
  readonly component: ComponentName
  readonly tried: readonly Tried[]
  constructor(component: ComponentName, tried: readonly Tried[]) {
    super(describeTried(component, tried))
    this.component = component
    this.tried = tried
  }
}

export function describeTried(component: ComponentName, tried: readonly Tried[]): string {
  const width = Math.max(...tried.map(({ source }) => source.length))
  const lines = tried.flatMap(({ source, why, fix }) => [`  ${source.padEnd(width)}  ${why}`, ...(fix === null ? [] : [`  ${' '.repeat(width)}  fix: ${fix}`])])
  return [`no ${component} to run with; tried:`, ...lines].join('\n')
}

/** Asks each source in its order until one serves. A URL that the user gave is the only one asked: falling back silently would test another server. */
async function survey({ name, sources }: Pick<Component, 'name' | 'sources'>, options: FindOptions): Promise<Survey> {
  const search: Search = { ...options, environment: options.environment ?? process.env, progress: (line) => options.progress(`${name}: ${line}`) }
  const asked = options.urls[name] === undefined ? sources : sources.filter((source) => source.name === 'URL')
  const tried: Tried[] = []
  for (const source of asked) {
    const answer = await source
      .find(search)
      .catch((error: unknown) => ({ kind: 'unavailable', why: error instanceof Error ? error.message : String(error), fix: null }) as const)
    if (answer.kind !== 'unavailable') return { name, found: answer, tried }
    tried.push({ source: source.name, why: answer.why, fix: answer.fix })
  }
  if (asked.length === 0) tried.push({ source: 'URL', why: `${name} cannot be given by URL: its configuration belongs to the run`, fix: 'leave the URL out' })
  return { name, found: null, tried }
}

/** What can serve as the component; rejects with ComponentUnavailable. */
export async function findComponent(component: Pick<Component, 'name' | 'sources'>, options: FindOptions): Promise<Found> {
  const { name, found, tried } = await survey(component, options)
  if (found === null) throw new ComponentUnavailable(name, tried)
  return found
}

/** The same for all components, without failing: for `doctor`. */
export async function surveyComponents(options: FindOptions): Promise<readonly Survey[]> {
  return Promise.all(Object.values(components).map((component) => survey(component, options)))
}
