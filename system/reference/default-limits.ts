/** What a node allows when its configuration doesn't say otherwise. */
import { readConfiguration } from '../node/configuration.ts'

export const {
  limits: defaultLimits,
  files: defaultFiles,
  slowConsumerPackets,
} = readConfiguration({
  CHAT_NODE_NAME: 'reference',
  CHAT_PORT: '0',
  CHAT_REDIS_URL: 'redis://reference',
  CHAT_REDIS_PREFIX: 'reference',
  CHAT_MONGO_URL: 'mongodb://reference',
  CHAT_MONGO_DATABASE: 'reference',
  CHAT_JWT_SECRET: 'never used to sign',
})
/** Socket.IO's own: a larger packet closes the connection. */
export const packetLimitBytes = 1_000_000
