/** Toxics as something that a link can be struck with: added in order, removed in reverse (another order can hang). */
import type { Toxic } from '../../system/components/toxiproxy-control.ts'
import type { LinkBreak } from './link-fault.ts'

export function toxics(list: readonly Toxic[]): Pick<LinkBreak, 'strike' | 'undo' | 'endsConnections'> {
  return {
    endsConnections: false,
    async strike(link, toxiproxy) {
      for (const toxic of list) await toxiproxy.addToxic(link.name, toxic)
    },
    async undo(link, toxiproxy) {
      for (const toxic of list.toReversed()) await toxiproxy.removeToxic(link.name, toxic.name)
    },
  }
}
