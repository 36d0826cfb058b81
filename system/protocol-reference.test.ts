import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { protocolDocument } from './protocol-reference.ts'
import { errorCodes } from './protocol.ts'
import { clientEvents } from './reference/client-events.ts'
import { serverEvents } from './reference/server-events.ts'

const committed = readFileSync(join(import.meta.dirname, '../docs/protocol.md'), 'utf8')

test('docs/protocol.md is what the tables say; `node system/protocol-reference.ts > docs/protocol.md` writes it anew', () => {
  expect(committed).toBe(protocolDocument())
})

test('every event of either side has a section of its own, and every error code a row', () => {
  for (const name of [...Object.keys(clientEvents), ...Object.keys(serverEvents)]) expect(committed).toContain(`\n### \`${name}\`\n`)
  for (const code of Object.keys(errorCodes)) expect(committed).toContain(`\n| \`${code}\` | `)
})

test('every event that a node binds is in the table', () => {
  const bound = [...readFileSync(join(import.meta.dirname, 'node/handlers.ts'), 'utf8').matchAll(/\bon\(\s*'([^']+)'/g)].map((match) => match[1])
  expect(new Set(bound)).toEqual(new Set(Object.keys(clientEvents)))
})
