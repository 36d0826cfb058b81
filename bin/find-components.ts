/** Finds all components before anything starts, so that what is missing is told at once. */
import { fileComponents, type ComponentName, type FileComponent, type Found, type FoundComponents } from '../system/components/component.ts'
import { components, findComponent } from '../system/components/table.ts'
import { ExitWith } from './exit-with.ts'

type Want = 'needed' | 'wanted' | 'spare'

/** SHAKEDOWN_REDIS_URL and the like. */
export function givenUrls(environment: NodeJS.ProcessEnv): Partial<Record<ComponentName, string>> {
  const urls: Partial<Record<ComponentName, string>> = {}
  for (const name of Object.keys(components) as ComponentName[]) {
    const url = environment[`SHAKEDOWN_${name.toUpperCase()}_URL`]
    if (url) urls[name] = url
  }
  return urls
}

/**
 * The object store and clamd are `needed` like all others; `wanted`, so it may be downloaded, built or installed, but the cluster runs
 * without it and its nodes refuse what needs it; `spare`, so it is taken only where it is at hand.
 */
export async function findComponents(options: {
  install: boolean
  optional: Readonly<Record<FileComponent, Want>>
  progress: (line: string) => void
}): Promise<FoundComponents> {
  const urls = givenUrls(process.env)
  const found: Partial<Record<ComponentName, Found>> = {}
  const missing: string[] = []
  for (const name of Object.keys(components) as ComponentName[]) {
    const want = isOptional(name) ? options.optional[name] : 'needed'
    try {
      const install = options.install && want !== 'spare'
      found[name] = await findComponent(components[name], { install, progress: options.progress, urls })
    } catch (error) {
      // One that was asked for by URL must not be left out silently.
      if (want !== 'needed' && urls[name] === undefined) {
        if (want === 'wanted') options.progress(`without ${name}: ${error instanceof Error ? error.message : String(error)}`)
        continue
      }
      missing.push(error instanceof Error ? error.message : String(error))
    }
  }
  if (missing.length > 0) throw new ExitWith(5, `${missing.join('\n')}\nsee: npx shakedown doctor`)
  return found as FoundComponents
}

function isOptional(name: ComponentName): name is FileComponent {
  return (fileComponents as readonly ComponentName[]).includes(name)
}
