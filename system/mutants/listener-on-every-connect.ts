/** Listeners are added at each connect and never taken away; nothing tells that an entry was there already. */
import type { Mutant } from './mutant.ts'

export const listenerOnEveryConnect: Mutant = {
  name: 'listener-on-every-connect',
  breaks: 'after a reconnect each live entry is applied once for every connect',
  caughtBy: ['applied-once'],
  experiment: 'node-kill',
  client: (parts) => ({
    ...parts,
    listen(socket, event, listener) {
      if (event === 'entry') socket.on('connect', () => parts.listen(socket, event, listener))
      else parts.listen(socket, event, listener)
    },
    arrive(view, entry, way) {
      const arrival = parts.arrive(view, entry, way)
      return arrival === 'redelivered' && way === 'live' ? 'applied' : arrival
    },
  }),
}
