/** Finds all components before anything starts, so that what is missing is told at once. */
import { type ComponentName, type Found } from '../system/components/component.ts'
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

export async function findComponents(options: { install: boolean; progress: (line: string) => void }): Promise<Record<ComponentName, Found>> {
  const urls = givenUrls(process.env)
  const found: Partial<Record<ComponentName, Found>> = {}
  const missing: string[] = []
  for (const name of Object.keys(components) as ComponentName[]) {
    try {
      found[name] = await findComponent(components[name], { ...options, urls })
    } catch (error) {
      missing.push(error instanceof Error ? error.message : String(error))
    }
  }
  if (missing.length > 0) throw new ExitWith(5, `${missing.join('\n')}\nsee: npx shakedown doctor`)
  return found as Record<ComponentName, Found>
}
