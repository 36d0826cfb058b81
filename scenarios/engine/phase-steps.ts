/** Verbs that begin with a phase of the run and go on beside whatever the flow does next: what befalls all clients at once. */
import type { RetentionRequest } from '../../system/protocol.ts'
import { able, maySay, pause, recorded, type Parameters } from './act.ts'
import { roles } from '../assignments.ts'
import { durationMs } from './duration.ts'
import type { VisitToken } from '../driver.ts'
import type { VirtualUser } from './virtual-user.ts'

const patienceMs = 30_000
/** A node's clock and ours tell seconds alike, within this. */
const tokenGraceMs = 2_000
/** How long messages are kept where the script doesn't say. */
const retainedMs = 5_000

/** Resolves `afterMs` after the phase has begun; false when the run ends before. */
async function inPhase(user: VirtualUser, parameters: Parameters): Promise<boolean> {
  const { control, nowNs } = user.worker
  const name = typeof parameters['phase'] === 'string' ? parameters['phase'] : 'steady'
  const begun = () => control.phases.find((phase) => phase.name === name)
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (begun() === undefined && !control.ended) return
      forget()
      resolve()
    }
    const forget = control.onChange(look)
    look()
  })
  const startNs = begun()?.startNs
  if (startNs === undefined || control.ended) return false
  await pause(user, Math.max(0, startNs / 1e6 + (durationMs(parameters['after']) ?? 0) - nowNs() / 1e6))
  return !control.ended
}

/** `share` of the clients, drawn by each for itself. */
function takesPart(user: VirtualUser, parameters: Parameters): boolean {
  return user.random() < Number(parameters['share'] ?? 1)
}

function fromPhase(verb: string, act: (user: VirtualUser, parameters: Parameters) => Promise<boolean>) {
  return async (user: VirtualUser, parameters: Parameters): Promise<void> => {
    if (!takesPart(user, parameters)) return
    // Not awaited: it goes on beside. Waiting for the phase is no work that is left.
    void inPhase(user, parameters).then((begun) => begun && user.beside(verb, () => act(user, parameters)))
  }
}

export const phaseSteps = {
  storm: fromPhase('storm', async (user) => {
    // Who is offline, or whose client is being replaced, has dropped its connection already; none may be replaced before it is back.
    if (user.moving) return false
    user.moving = true
    try {
      await user.client.reconnect()
    } finally {
      user.moving = false
    }
    return true
  }),

  'go-home': fromPhase('go-home', (user) => {
    user.goHome()
    return Promise.resolve(true)
  }),

  'read-slowly': fromPhase('read-slowly', async (user, parameters) => {
    const forMs = durationMs(parameters['for']) ?? 3000
    const patience = { timeout: `${forMs + 2 * patienceMs}ms` }
    await recorded(user.recorder.acts.ask('readSlowly', null), patience, 'read-slowly', () => able(user, 'devices').stopReading(forMs, patienceMs))
    return true
  }),

  visit: fromPhase('visit', async (user) => {
    const [room] = user.assignment.rooms
    const { visits } = user.assignment
    if (visits === undefined || room === undefined) return false
    const { expired, expiring } = visits
    const attempt = (as: VisitToken, afterMs: number): Promise<unknown> =>
      recorded(user.recorder.acts.ask('expiredToken', null), { timeout: `${afterMs + patienceMs}ms` }, 'visit', () =>
        able(user, 'devices').visit(as, room, afterMs),
      )
    const leftMs = expiring.expiresAtMs - Date.now()
    // Too late to come in with it before it expires.
    const stays = leftMs > 0 ? attempt(expiring, leftMs + tokenGraceMs) : Promise.resolve()
    await Promise.all([attempt(expired, 0), stays])
    return true
  }),

  retain: fromPhase('retain', async (user, parameters) => {
    const { rooms } = parameters
    const isNamed = (room: string): boolean => !Array.isArray(rooms) || rooms.includes(room)
    // Its other device says so.
    if (user.assignment.role === roles.follows) return false
    const owned = user.assignment.rooms.filter((room) => isNamed(room) && !user.recorder.gone.has(room) && maySay(user, room, { by: 'owner' }))
    for (const room of owned)
      await recorded(user.recorder.acts.ask('retain', room), parameters, `retention of ${room}`, () =>
        able(user, 'retention').set(room, policyOf(parameters), parameters['legalHold'] === true),
      )
    return owned.length > 0
  }),
}

function policyOf(parameters: Parameters): RetentionRequest['policy'] {
  const kind = parameters['policy']
  return kind === 'delete' || kind === 'archive' ? { kind, afterMs: durationMs(parameters['age']) ?? retainedMs } : { kind: 'keep' }
}
