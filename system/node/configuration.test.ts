import { expect, test } from 'vitest'
import { masked, readConfiguration } from './configuration.ts'

const variables = {
  CHAT_NODE_NAME: 'node-1',
  CHAT_PORT: '0',
  CHAT_REDIS_URL: 'redis://:geheim@127.0.0.1:6379',
  CHAT_REDIS_PREFIX: 'run',
  CHAT_MONGO_URL: 'mongodb://u:geheim@127.0.0.1:27017/',
  CHAT_MONGO_DATABASE: 'chat',
  CHAT_JWT_SECRET: 'geheim-geheim-geheim',
  CHAT_STORE_URL: 'http://127.0.0.1:9000',
  CHAT_STORE_ACCESS_KEY: 'key',
  CHAT_STORE_SECRET_KEY: 'geheim',
}

test('every wrong variable is named at once', () => {
  expect(() => readConfiguration({ ...variables, CHAT_PORT: 'x', CHAT_JWT_SECRET: 'short' })).toThrow(/CHAT_PORT.*CHAT_JWT_SECRET/)
})
test('no secret and no password is printed', () => {
  expect(JSON.stringify(masked(readConfiguration({ ...variables, CHAT_ORIGIN_NS: '12' })))).not.toContain('geheim')
})
