/**
 * What a run leaves in the cluster: counted before the first client comes and after the last one has gone, so that the check compares the two.
 *
 *   sockets, rooms of sockets     each node's own report
 *   keys that never expire        Redis, by SCAN; what has a TTL goes by itself
 *   temporary files               of this run, in the system's folder for them, and in folders `temporary` of its components
 *   objects                       keys of the object store that no upload and no archive names
 */
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { MongoClient } from 'mongodb'
import { residues } from '../reports/history/codes.ts'
import { kinds } from '../reports/history/kinds.ts'
import type { HistoryWriter } from '../reports/history/writer.ts'
import type { RunningCluster } from '../system/cluster/cluster.ts'
import { nodeHealth } from '../system/cluster/node-process.ts'
import { keysOf, openObjects } from './objects.ts'

export interface ResidueOptions {
  cluster: RunningCluster
  writer: HistoryWriter
  nowNs: () => number
  folder: string
  runId: string
}

const deadlineMs = 10_000
/** Names that a row tells. */
const toldNames = 5
/** Longest time until a node has noticed that the last socket closed. */
const socketsGoneMs = 3_000

/** Rejects when one of the places can't be read: then nothing is known of it, and the run says so. */
export async function recordResidue({ cluster, writer, nowNs, folder, runId }: ResidueOptions, when: 'before' | 'after'): Promise<void> {
  const tell = (where: string, what: keyof typeof residues, names: readonly string[] | number) => {
    const [count, first] = typeof names === 'number' ? [names, ''] : [names.length, names.toSorted().slice(0, toldNames).join(',')]
    const layer = when === 'before' ? 1 : 2
    writer.row(nowNs(), -1, writer.name(where), -1, kinds.residue.code, layer, -1, count, first === '' ? -1 : writer.name(first), residues[what])
  }
  for (const node of cluster.nodes) {
    if (node.pid === null) continue
    const { sockets, rooms } = await quiet(node.name, node.url)
    tell(node.name, 'sockets', sockets)
    tell(node.name, 'socketRooms', rooms)
  }
  tell('redis', 'redisKeys', await lastingKeys(cluster))
  tell('machine', 'temporaryFiles', await temporaryFiles(folder, runId))
  if (cluster.store !== null) tell('store', 'objects', await unnamedObjects(cluster))
}

/** A node's sockets and the rooms that they are in; those that are just closing get a little time. */
async function quiet(name: string, url: URL): Promise<{ sockets: number; rooms: number }> {
  for (const untilMs = performance.now() + socketsGoneMs; ;) {
    const state = await nodeHealth(url)
    if (state === null) throw new Error(`${name} doesn't tell its state`)
    const { sockets, socketRooms: rooms } = state
    if ((sockets === 0 && rooms === 0) || performance.now() > untilMs) return { sockets, rooms }
    await new Promise((resolve) => {
      setTimeout(resolve, 50)
    })
  }
}

async function lastingKeys({ components }: RunningCluster): Promise<string[]> {
  const url = components.find(({ name }) => name === 'redis')?.url
  if (url === undefined) return []
  const redis = new Redis(url.href, { commandTimeout: deadlineMs, maxRetriesPerRequest: 1, lazyConnect: true })
  try {
    await redis.connect()
    const lasting: string[] = []
    for (let cursor = '0', first = true; first || cursor !== '0'; first = false) {
      const [next, keys] = await redis.scan(cursor, 'COUNT', 500)
      cursor = next
      const leftMs = await Promise.all(keys.map((key) => redis.pttl(key)))
      lasting.push(...keys.filter((_, index) => leftMs[index] === -1))
    }
    return [...new Set(lasting)]
  } finally {
    redis.disconnect()
  }
}

async function temporaryFiles(folder: string, runId: string): Promise<string[]> {
  const ofSystem = (await readdir(tmpdir())).filter((name) => name.startsWith(runId))
  const components = join(folder, 'components')
  const entries = await readdir(components, { recursive: true, withFileTypes: true })
  const ofComponents = entries.filter((entry) => entry.isFile() && /[/\\]temporary([/\\]|$)/.test(entry.parentPath)).map((entry) => entry.name)
  return [...ofSystem, ...ofComponents]
}

async function unnamedObjects(cluster: RunningCluster): Promise<string[]> {
  if (cluster.store === null) return []
  using objects = openObjects(cluster.store)
  const mongo = await MongoClient.connect(cluster.mongo.url, { serverSelectionTimeoutMS: 5_000, readConcernLevel: 'majority' })
  try {
    const database = mongo.db(cluster.mongo.database)
    const archives = await database.collection<{ _id: string }>('archives').find({}, { timeoutMS: deadlineMs }).toArray()
    const uploads = await database
      .collection<{ uploadKey?: string; servedKey?: string | null; quarantineKey?: string | null }>('uploads')
      .find({}, { timeoutMS: deadlineMs })
      .toArray()
    const named = new Set([
      ...archives.flatMap(({ _id }) => [_id, `${_id}.manifest.json`]),
      ...uploads.flatMap(({ uploadKey, servedKey, quarantineKey }) => [uploadKey, servedKey, quarantineKey].filter((key) => typeof key === 'string')),
    ])
    return (await keysOf(objects)).filter((key) => !named.has(key))
  } finally {
    await mongo.close()
  }
}
