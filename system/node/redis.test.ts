import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { tellOfOutages } from './redis.ts'

test('an outage of Redis is told when it begins and when it ends, however many attempts there are in between', () => {
  const [redis, lines] = [new EventEmitter(), [] as string[]]
  tellOfOutages(redis, 'publish', (level, text, facts) => lines.push(`${level}: ${text}: ${Object.values(facts).join(' ')}`))
  redis.emit('ready')
  redis.emit('reconnecting')
  for (let attempt = 0; attempt < 3; attempt++) {
    redis.emit('error', new Error('refused'))
    redis.emit('reconnecting')
  }
  redis.emit('ready')
  expect(lines.filter((line) => line.startsWith('warn'))).toEqual(['warn: Redis is down: publish the connection ended', 'warn: Redis is up again: publish'])
  expect(lines.filter((line) => line.startsWith('debug'))).toHaveLength(3)
})
