/** The JSON Schema that editors use for experiments; committed as experiments/experiment.schema.json. */
import { z } from 'zod'
import { experimentDocument } from './experiment-document.ts'

interface JsonSchema {
  properties?: Readonly<Record<string, JsonSchema>>
  items?: JsonSchema
}

function experimentSchema(): z.core.JSONSchema.BaseSchema {
  return { title: 'shakedown experiment', ...z.toJSONSchema(experimentDocument, { io: 'input' }) }
}

export const experimentSchemaText = (): string => `${JSON.stringify(experimentSchema(), null, 2)}\n`

/** Keys that the mapping at a path takes; empty when the path leads to no mapping. */
export function knownKeys(path: readonly PropertyKey[]): string[] {
  let schema: JsonSchema | undefined = z.toJSONSchema(experimentDocument, { io: 'input' }) as JsonSchema
  for (const step of path) schema = typeof step === 'number' ? schema?.items : schema?.properties?.[String(step)]
  return Object.keys(schema?.properties ?? {})
}

/** Every path that a file of `faults` faults and `thresholds` thresholds may hold, `faults.0.at.after` for instance. */
export function knownPaths(faults: number, thresholds: number): string[] {
  const found: string[] = []
  const visit = (schema: JsonSchema, path: string): void => {
    if (path !== '') found.push(path)
    const below = (key: string | number): string => (path === '' ? String(key) : `${path}.${key}`)
    for (const [key, child] of Object.entries(schema.properties ?? {})) visit(child, below(key))
    if (schema.items === undefined) return
    for (let index = 0; index < (path === 'faults' ? faults : thresholds); index++) visit(schema.items, below(index))
  }
  visit(z.toJSONSchema(experimentDocument, { io: 'input' }) as JsonSchema, '')
  return found
}
