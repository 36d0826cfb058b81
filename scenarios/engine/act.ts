/** What all acts have in common: whom and what they are done to, how long they may take, and their record. */
import type { ChangeTarget, ChangeKind, Ended } from '../recorded-acts.ts'
import { DeadlineError, withDeadline } from '../deadline.ts'
import type { ActResult, Capabilities, CapabilityName } from '../driver.ts'
import { durationMs } from './duration.ts'
import { anyRoom, otherUser, roomFor, type ownMessage, type What } from './targets.ts'
import type { VirtualUser } from './virtual-user.ts'

export type Parameters = Readonly<Record<string, unknown>>
/** False: nothing to do it to. `able` was asked first, for what the verb needs. */
export type Act = (user: VirtualUser, parameters: Parameters) => Promise<boolean>

const actTimeoutMs = 10_000
/** Whoever is excluded must be out on every node first, which may take as long as a node's lease. */
export const memberTimeout = { timeout: '30s' }
export const whatOf = (parameters: Parameters, fallback: What): What => {
  const what = parameters['what']
  return what === 'own-last' || what === 'last' || what === 'random' || what === 'others' ? what : fallback
}

export function able<K extends CapabilityName>(user: VirtualUser, kind: K): Capabilities[K] {
  const capability = user.client.capability(kind)
  if (capability === null) throw new Error(`the driver can't do ${kind}`)
  return capability
}

/** Waits for the answer, records what became of it, and never rejects. */
export async function recorded<T>(ended: Ended, parameters: Parameters, what: string, work: () => Promise<ActResult<T>>): Promise<ActResult<T>> {
  const timeoutMs = durationMs(parameters['timeout']) ?? actTimeoutMs
  const result = await withDeadline(Promise.try(work), timeoutMs, () => what, 'act_timeout').catch((error: unknown): ActResult<T> => ({
    kind: 'unknown',
    why: error instanceof DeadlineError ? 'no answer in time' : String(error).slice(0, 80),
  }))
  ended(result)
  return result
}

/** A pause that ends early with the run. */
export function pause(user: VirtualUser, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    void user.worker.control.whenEnded.then(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}

/** By whom it is done: `moderators` leaves it out where the person is none; whoever else tries is refused, which is worth a try, too. */
export function maySay(user: VirtualUser, room: string, parameters: Parameters): boolean {
  const by = parameters['by'] ?? 'anyone'
  if (by === 'anyone') return true
  const role = user.client.capability('view')?.role(room) ?? 'member'
  return by === 'owner' ? role === 'owner' : role !== 'member'
}

/** An act on one message of one room. */
export function onMessage(
  choose: typeof ownMessage,
  fallback: What,
  act: (user: VirtualUser, target: ChangeTarget, parameters: Parameters) => Promise<unknown>,
): Act {
  return async (user, parameters) => {
    const room = roomFor(user, parameters)
    const target = room === null || !maySay(user, room, parameters) ? null : choose(user, room, whatOf(parameters, fallback))
    if (target === null) return false
    await act(user, target, parameters)
    return true
  }
}

/** An act on one other member of one room. */
export function onMember(kind: ChangeKind, act: (user: VirtualUser, room: string, who: string, parameters: Parameters) => Promise<ActResult>): Act {
  return async (user, parameters) => {
    const room = anyRoom(user)
    if (room === null || !maySay(user, room, parameters)) return false
    const who = otherUser(user, room, typeof parameters['who'] === 'string' ? parameters['who'] : 'random')
    if (who === null) return false
    const ended = user.recorder.acts.change(kind, room, null, who)
    await recorded(ended, { ...memberTimeout, ...parameters }, `${kind} of ${who}`, () => act(user, room, who, parameters))
    return true
  }
}
