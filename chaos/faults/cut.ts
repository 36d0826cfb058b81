import { z } from 'zod'
import type { Fault } from './fault.ts'
import { breakLinks, type LinkBreak } from './link-fault.ts'

const parameters = z.strictObject({})

const down: LinkBreak = {
  done: 'refused',
  endsConnections: true,
  strike: (link, toxiproxy) => toxiproxy.setEnabled(link.name, false),
  undo: (link, toxiproxy) => toxiproxy.setEnabled(link.name, true),
  felt: (_before, during) => !during.answered,
  healed: (_before, after) => after.answered,
}

export const cut: Fault<typeof parameters> = {
  name: 'cut',
  summary: 'A link is down: live connections end, new ones are refused',
  targets: 'links',
  parameters,
  permanentWithoutFor: false,
  inject: (target, _parameters, surroundings, signal) => breakLinks(down, target, surroundings, signal),
}
