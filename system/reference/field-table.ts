/** A zod schema of a request as a Markdown table, one row a field. */
import { fieldMeanings } from './field-meanings.ts'
import { jsonSchemaOf, type JsonSchema } from './json-schema.ts'
import type { z } from 'zod'

interface Field {
  path: string
  schema: JsonSchema
  isRequired: boolean
}

/** Throws when a field has no meaning. */
export function fieldTable(event: string, schema: z.ZodType): string {
  const root = jsonSchemaOf(schema)
  const rows = fieldsOf(root, '').map(
    ({ path, schema: field, isRequired }) => `| \`${path}\` | ${typeOf(field)} | ${isRequired ? 'yes' : 'no'} | ${meaningOf(event, path)} |`,
  )
  return ['| field | type | required | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

function fieldsOf({ properties = {}, required = [] }: JsonSchema, prefix: string): Field[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const path = `${prefix}${name}`
    return [{ path, schema, isRequired: required.includes(name) }, ...insideOf(schema, path)]
  })
}

function insideOf(schema: JsonSchema, path: string): Field[] {
  if (schema.properties !== undefined) return fieldsOf(schema, `${path}.`)
  if (schema.items?.properties !== undefined) return fieldsOf(schema.items, `${path}[].`)
  if (typeof schema.additionalProperties === 'object') return fieldsOf(schema.additionalProperties, `${path}.<id>.`)
  const seen = new Map<string, Field>()
  for (const field of (schema.oneOf ?? []).flatMap((choice) => fieldsOf(choice, `${path}.`))) {
    const before = seen.get(field.path)
    seen.set(field.path, before === undefined ? field : { ...field, schema: { oneOf: [before.schema, field.schema] } })
  }
  // A field that not every choice requires is told by its meaning.
  return [...seen.values()].map((field) => ({
    ...field,
    isRequired: (schema.oneOf ?? []).every((choice) => choice.required?.includes(field.path.slice(path.length + 1))),
  }))
}

function typeOf(schema: JsonSchema): string {
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return choices.every((choice) => choice.properties !== undefined) ? 'object' : choices.map(typeOf).join(' or ')
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const).replaceAll('"', '')}\``
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(' or ')
  const otherwise = schema.default === undefined ? '' : `, default \`${JSON.stringify(schema.default).replaceAll('"', '')}\``
  if (schema.type === 'array') return `list of ${between(schema.minItems, schema.maxItems)} ${typeOf(schema.items ?? {})}`
  if (schema.type === 'integer') return `integer ${between(schema.minimum, schema.maximum)}${otherwise}`
  if (schema.type === 'string' && schema.format === 'uuid') return 'UUID'
  if (schema.type === 'string')
    return `string of ${between(schema.minLength ?? 0, schema.maxLength)} characters${schema.pattern === undefined ? '' : `, \`${schema.pattern.replaceAll('|', '\\|')}\``}${otherwise}`
  return `${schema.type ?? 'anything'}${otherwise}`
}

function between(low: number | undefined, high: number | undefined): string {
  const isOpen = high === undefined || high >= Number.MAX_SAFE_INTEGER
  return isOpen ? `${low ?? 0} or more` : `${low ?? 0} to ${high}`
}

function meaningOf(event: string, path: string): string {
  const meaning = fieldMeanings[`${event} ${path}`] ?? fieldMeanings[path] ?? fieldMeanings[path.split('.').at(-1) ?? '']
  if (meaning === undefined) throw new Error(`field ${path} of ${event} has no meaning in the reference`)
  return meaning
}
