/** What the processes of a cluster are told by their environment: each about its own links. Pure. */
import { join } from 'node:path'
import type { RunningStore } from '../components/object-store.ts'
import type { ClusterOptions } from './cluster-options.ts'
import type { Link } from './links.ts'

/** Short, so that an expired URL can be tried within a run. */
export const fileUrlMs = 5_000

type Address = Pick<Link, 'host' | 'port'>
type StoreFacts = Pick<RunningStore, 'url' | 'credentials' | 'bucket' | 'region'>

interface Stores {
  mongo: { url: URL }
  database: string
  store: StoreFacts | null
}
/** One start of a process. */
export interface Boot {
  name: string
  boot: number
}
/** The near ends of a process's links. */
export interface Ways {
  toMongo: Address
  toStore: Address | null
}

export interface ProcessFacts extends Stores {
  options: Pick<ClusterOptions, 'folder' | 'originNs' | 'mutant'>
}
/** Variables of every process of ours. */
export function processEnvironment({ options, mongo, database, store }: ProcessFacts, { name, boot }: Boot, ways: Ways): Record<string, string> {
  return {
    CHAT_BOOT: String(boot),
    CHAT_ORIGIN_NS: String(options.originNs),
    CHAT_MONGO_URL: withAddress(mongo.url, ways.toMongo),
    CHAT_MONGO_DATABASE: database,
    CHAT_JOURNAL: join(journalsFolder(options.folder), `${name}.${boot}.rows`),
    ...(store === null || ways.toStore === null ? {} : storeEnvironment(store, ways.toStore)),
    ...(options.mutant === null ? {} : { CHAT_MUTANT: options.mutant }),
  }
}

export interface NodeFacts extends Stores {
  options: Pick<ClusterOptions, 'folder' | 'originNs' | 'mutant' | 'runId' | 'secret' | 'files'> & { topology: Pick<ClusterOptions['topology'], 'adapter'> }
}
export interface NodeWays extends Ways {
  toRedis: Address
  /** How clients reach the object store; null: they don't. */
  clientsToStore: Address | null
}
export function nodeEnvironment(facts: NodeFacts, { name, boot, port }: Boot & { port: number }, ways: NodeWays): Record<string, string> {
  const { options, store } = facts
  return {
    ...processEnvironment(facts, { name, boot }, ways),
    CHAT_NODE_NAME: name,
    CHAT_PORT: String(port),
    CHAT_ADAPTER: options.topology.adapter,
    CHAT_REDIS_URL: `redis://${ways.toRedis.host}:${ways.toRedis.port}`,
    CHAT_REDIS_PREFIX: options.runId,
    CHAT_JWT_SECRET: options.secret,
    CHAT_FILE_URL_MS: String(fileUrlMs),
    ...(options.files === null ? {} : { CHAT_FILE_ACCESS: options.files.access }),
    ...(store === null || ways.clientsToStore === null ? {} : { CHAT_STORE_PUBLIC_URL: through(store, ways.clientsToStore) }),
  }
}

function storeEnvironment(store: StoreFacts, link: Address): Record<string, string> {
  return {
    CHAT_STORE_URL: through(store, link),
    CHAT_STORE_ACCESS_KEY: store.credentials.accessKey,
    CHAT_STORE_SECRET_KEY: store.credentials.secretKey,
    CHAT_STORE_BUCKET: store.bucket,
    CHAT_STORE_REGION: store.region,
  }
}

/** Through a link only over plain HTTP: the certificate of an HTTPS endpoint is for its own name. */
function through(store: StoreFacts, link: Address): string {
  return store.url.protocol === 'http:' ? `http://${link.host}:${link.port}` : store.url.href
}

function withAddress(url: URL, address: Address): string {
  const changed = new URL(url.href)
  changed.host = `${address.host}:${address.port}`
  return changed.href
}

export const journalsFolder = (folder: string): string => join(folder, 'journals')

/** MongoDB database names are limited to 63 bytes without dots. Source: MongoDB manual, Limits and Thresholds. */
export function databaseName(runId: string): string {
  return `chat_${runId.replace(/[^A-Za-z0-9_-]/g, '_')}`.slice(0, 63)
}
