/** How nodes tell each other of entries and connections: one row an adapter of Socket.IO. Without one, only the store joins them. */
import { createAdapter as createClassicAdapter, createShardedAdapter } from '@socket.io/redis-adapter'
import { createAdapter as createStreamsAdapter } from '@socket.io/redis-streams-adapter'
import { Adapter } from 'socket.io-adapter'
import { openRedis } from './redis.ts'
import type { Namespace } from 'socket.io'
import type { WriteLog } from './event-log.ts'

export const adapterNames = ['none', 'classic', 'sharded', 'streams'] as const
export type AdapterName = (typeof adapterNames)[number]

export interface AdapterOptions {
  url: string
  /** Begins every channel and key, so that clusters can share a Redis. */
  prefix: string
  log: WriteLog
}
type AdapterFactory = (namespace: Namespace) => Adapter

/** Socket.IO's own adapter, which would complain about each event for other nodes. */
class LoneAdapter extends Adapter {
  override serverSideEmit(): void {}
}

/** Entries kept in the stream, for a node that reads it again after an outage. */
const streamLength = 10_000

const openings: Readonly<Record<AdapterName, (options: AdapterOptions) => AdapterFactory>> = {
  none: () => (namespace) => new LoneAdapter(namespace),
  classic: ({ url, prefix, log }) => createClassicAdapter(openRedis(url, 'publish', log), openRedis(url, 'subscribe', log), { key: prefix }),
  // Static: entries go to every node by one channel, so that a channel for each room would carry nothing.
  sharded: ({ url, prefix, log }) =>
    createShardedAdapter(openRedis(url, 'publish', log), openRedis(url, 'subscribe', log), { channelPrefix: prefix, subscriptionMode: 'static' }),
  streams({ url, prefix, log }) {
    const client = openRedis(url, 'stream', log)
    const reader = openRedis(url, 'stream reader', log)
    // On one connection each read that waits would hold up the writes behind it for up to 100 ms.
    return createStreamsAdapter(Object.assign(client, { xread: reader.xread.bind(reader) }), { streamName: `${prefix}:entries`, maxLen: streamLength })
  },
}

/** Doesn't wait for Redis: what is published before it answers, or while it is away, is kept in memory or lost, and the heartbeat repairs it. */
export function openAdapter(name: AdapterName, options: AdapterOptions): AdapterFactory {
  return openings[name](options)
}
