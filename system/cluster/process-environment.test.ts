import { expect, test } from 'vitest'
import { databaseName, nodeEnvironment, processEnvironment } from './process-environment.ts'

const store = { url: new URL('http://127.0.0.1:7070'), credentials: { accessKey: 'key', secretKey: 'secret' }, bucket: 'files', region: 'us-east-1' }
const facts = {
  options: {
    folder: '/runs/1',
    originNs: 5n,
    mutant: null,
    runId: 'sd-1',
    secret: 'hush',
    files: { access: 'proxy' as const },
    topology: { adapter: 'classic' as const },
  },
  mongo: { url: new URL('mongodb://127.0.0.1:27017/?directConnection=true') },
  database: 'chat_sd-1',
  store,
}
const toMongo = { host: '127.0.0.1', port: 21_001 }
const toStore = { host: '127.0.0.1', port: 21_002 }

test('a process reaches MongoDB through its own link, with the parameters of the URL', () => {
  expect(processEnvironment(facts, { name: 'scanner', boot: 1 }, { toMongo, toStore })['CHAT_MONGO_URL']).toBe(
    'mongodb://127.0.0.1:21001/?directConnection=true',
  )
})

test('each boot of a process has a journal of its own', () => {
  const journals = [1, 2].map((boot) => processEnvironment(facts, { name: 'node-1', boot }, { toMongo, toStore })['CHAT_JOURNAL'])
  expect(journals).toEqual(['/runs/1/journals/node-1.1.rows', '/runs/1/journals/node-1.2.rows'])
})

test('a store over plain HTTP is reached through the link, one over HTTPS by its own name', () => {
  const urlOf = (url: string) => processEnvironment({ ...facts, store: { ...store, url: new URL(url) } }, { name: 'node-1', boot: 1 }, { toMongo, toStore })
  expect(urlOf('http://store.example')['CHAT_STORE_URL']).toBe('http://127.0.0.1:21002')
  expect(urlOf('https://store.example')['CHAT_STORE_URL']).toBe('https://store.example/')
})

test('clients are sent to the store by their own link, and only where files are shared', () => {
  const ways = { toRedis: { host: '127.0.0.1', port: 21_000 }, toMongo, toStore }
  const node = { name: 'node-1', boot: 1, port: 21_100 }
  expect(nodeEnvironment(facts, node, { ...ways, clientsToStore: { host: '127.0.0.1', port: 21_003 } })).toMatchObject({
    CHAT_FILE_ACCESS: 'proxy',
    CHAT_STORE_URL: 'http://127.0.0.1:21002',
    CHAT_STORE_PUBLIC_URL: 'http://127.0.0.1:21003',
  })
  const without = nodeEnvironment({ ...facts, options: { ...facts.options, files: null } }, node, { ...ways, clientsToStore: null })
  expect(Object.keys(without).filter((name) => name === 'CHAT_FILE_ACCESS' || name === 'CHAT_STORE_PUBLIC_URL')).toEqual([])
})

test('a process is told of a mutant only where one is switched on', () => {
  const told = (mutant: string | null) =>
    processEnvironment({ ...facts, options: { ...facts.options, mutant } }, { name: 'node-1', boot: 1 }, { toMongo, toStore })
  expect(told('drops-acks')['CHAT_MUTANT']).toBe('drops-acks')
  expect(told(null)).not.toHaveProperty('CHAT_MUTANT')
})

test('a database name has no dots and at most 63 bytes', () => {
  expect(databaseName('sd-1.2')).toBe('chat_sd-1_2')
  expect(databaseName('x'.repeat(80))).toHaveLength(63)
})
