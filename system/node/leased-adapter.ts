/** A Socket.IO adapter that broadcasts to this node's sockets only while the node holds its lease, whoever emits and whatever. */
import type { Adapter } from 'socket.io-adapter'

type AdapterFactory<N, A extends Adapter> = (namespace: N) => A

export function leased<N, A extends Adapter>(create: AdapterFactory<N, A>, isHeld: () => boolean): AdapterFactory<N, A> {
  // Socket.IO calls it with `new`, so it is no arrow function.
  return function leasedAdapter(namespace) {
    const adapter = create(namespace)
    const broadcast = adapter.broadcast.bind(adapter)
    adapter.broadcast = (packet, options) => {
      if (isHeld()) broadcast(packet, options)
    }
    return adapter
  }
}
