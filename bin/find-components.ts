/** Finds all components before anything starts, so that what is missing is told at once. */
import { fileComponents, type ComponentName, type Found, type FoundComponents } from '../system/components/component.ts'
import { components, findComponent } from '../system/components/table.ts'
import { ExitWith } from './exit-with.ts'

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
 * `files` says what of the object store and clamd: `needed` like all others; `wanted`, so it may be downloaded, built or installed, but the cluster runs
 * without it and its nodes refuse what needs it; `spare`, so it is taken only where it is at hand.
 */
export async function findComponents(options: {
  install: boolean
  files: 'needed' | 'wanted' | 'spare'
  progress: (line: string) => void
}): Promise<FoundComponents> {
  const urls = givenUrls(process.env)
  const found: Partial<Record<ComponentName, Found>> = {}
  const missing: string[] = []
  for (const name of Object.keys(components) as ComponentName[]) {
    try {
      const install = options.install && (!isForFiles(name) || options.files !== 'spare')
      found[name] = await findComponent(components[name], { install, progress: options.progress, urls })
    } catch (error) {
      // One that was asked for by URL must not be left out silently.
      if (isForFiles(name) && options.files !== 'needed' && urls[name] === undefined) {
        if (options.files === 'wanted') options.progress(`without ${name}: ${error instanceof Error ? error.message : String(error)}`)
        continue
      }
      missing.push(error instanceof Error ? error.message : String(error))
    }
  }
  if (missing.length > 0) throw new ExitWith(5, `${missing.join('\n')}\nsee: npx shakedown doctor`)
  return found as FoundComponents
}

function isForFiles(name: ComponentName): boolean {
  return (fileComponents as readonly ComponentName[]).includes(name)
}
