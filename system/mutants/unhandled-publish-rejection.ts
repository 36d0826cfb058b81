/** Publishing to Redis is a promise that nobody looks after. */
import type { Mutant } from './mutant.ts'

export const unhandledPublishRejection: Mutant = {
  name: 'unhandled-publish-rejection',
  breaks: 'a node ends itself when Redis does not take what it publishes',
  caughtBy: ['nodes-accounted'],
  experiment: 'redis-drop',
  node: (parts) => ({
    ...parts,
    fanout: {
      ...parts.fanout,
      publish(entry) {
        parts.fanout.publish(entry)
        void parts.presence.publish({ users: [], rooms: [], beatAgain: false })
      },
    },
  }),
}
