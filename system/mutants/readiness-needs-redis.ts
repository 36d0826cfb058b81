/** A node without Redis says that it can't serve: a cut of Redis takes all of them from the balancer at once. */
import type { Mutant } from './mutant.ts'

export const readinessNeedsRedis: Mutant = {
  name: 'readiness-needs-redis',
  breaks: 'while Redis is away nobody is served, although sending does not need it',
  caughtBy: ['progress'],
  experiment: 'redis-drop',
  node: (parts) => ({ ...parts, unready: (why) => parts.unready(why) ?? (parts.presence.isUp() ? null : 'Redis is away') }),
}
