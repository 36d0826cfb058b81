/** What the nodes of a cluster stand on: Redis, MongoDB, the object store where there is one, and Toxiproxy with the links through it. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunningComponent, StartOptions } from '../components/component.ts'
import type { RunningStore } from '../components/object-store.ts'
import { components } from '../components/table.ts'
import { connectToxiproxy, type ToxiproxyControl } from '../components/toxiproxy-control.ts'
import { mutants } from '../mutants/table.ts'
import type { ClusterOptions } from './cluster-options.ts'
import { type Links, makeLinks } from './make-links.ts'
import { databaseName, journalsFolder } from './process-environment.ts'

export interface Foundation {
  options: ClusterOptions
  redis: RunningComponent
  mongo: RunningComponent
  database: string
  /** Null where no object store was found. */
  store: RunningStore | null
  toxiproxy: RunningComponent
  control: ToxiproxyControl
  links: Links
  /** Where a component keeps its data. */
  place: (component: string) => StartOptions
}

/** Resolves once all of it serves; it ends with `stack`. */
export async function startFoundation(options: ClusterOptions, stack: AsyncDisposableStack): Promise<Foundation> {
  const { runtime, folder, runId, found } = options
  await mkdir(journalsFolder(folder), { recursive: true })
  const place = (name: string) => ({ folder: join(folder, 'components', name), runId })
  const [redis, mongo, toxiproxy] = await Promise.all([
    components.redis.start(found.redis, runtime, place('redis')),
    components.mongo.start(found.mongo, runtime, { ...place('mongo'), ...mutants.find(({ name }) => name === options.mutant)?.mongo }),
    components.toxiproxy.start(found.toxiproxy, runtime, place('toxiproxy')),
  ])
  for (const component of [redis, mongo, toxiproxy]) stack.use(component)
  const store = found.store === undefined ? null : stack.use(await components.store.start(found.store, runtime, place('store')))
  const control = connectToxiproxy(toxiproxy.url)
  const links = makeLinks({ proxied: options.proxied, runtime, toxiproxy: control })
  return { options, redis, mongo, database: databaseName(runId), store, toxiproxy, control, links, place }
}
