/** The verbs that need a run: each is a function of the virtual user and of its parameters (variables filled in). */
import { DeadlineError, withDeadline } from '../deadline.ts'
import { able, type Act } from './act.ts'
import { acts } from './acts.ts'
import { durationMs } from './duration.ts'
import { phaseSteps } from './phase-steps.ts'
import { talk } from './talk.ts'
import { anyRoom } from './targets.ts'
import { verbs, type ActVerb, type ChatVerb } from './verbs.ts'
import type { VirtualUser } from './virtual-user.ts'

export type ChatStep = (user: VirtualUser, parameters: Readonly<Record<string, unknown>>) => Promise<void>

const defaultTimeoutMs = 20_000
const timeoutOf = (parameters: Readonly<Record<string, unknown>>): number => durationMs(parameters['timeout']) ?? defaultTimeoutMs

/** How often it is looked whether there is something now to do an act to. */
const lookAgainMs = 50

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

const steps: Readonly<Record<Exclude<ChatVerb, ActVerb | keyof typeof phaseSteps>, ChatStep>> = {
  login: (user, parameters) => user.login(timeoutOf(parameters)),

  async join(user, parameters) {
    for (const room of user.assignment.rooms) {
      user.recorder.joinInvoked(room)
      await withDeadline(user.client.join(room), timeoutOf(parameters), () => `${user.assignment.user} to join ${room}`, 'join_timeout')
    }
    user.arrive()
  },

  talk,

  async send(user, parameters) {
    const room = anyRoom(user)
    if (room === null) return user.recorder.acts.skipped('send')
    user.say(room, user.worker.nowNs(), Number(parameters['bodyBytes'] ?? 160))
  },

  async stay(user) {
    user.doing = null
    user.arrive()
    await Promise.race([user.worker.control.whenEnded, aborted(user.going)])
  },

  async reconnect(user, parameters) {
    await withDeadline(user.client.reconnect(), timeoutOf(parameters), () => `${user.assignment.user} to reconnect`, 'reconnect_timeout')
  },
}

/** An act as a step: it waits for something to do it to. Left out by who is in no room any more: to be kicked is no fault of the script. */
function stepOf(verb: ActVerb, act: Act): ChatStep {
  return async (user, parameters) => {
    able(user, verbs[verb].needs)
    const waitMs = timeoutOf(parameters)
    const givenUpNs = user.worker.nowNs() + waitMs * 1e6
    while (!(await act(user, parameters))) {
      if (user.worker.control.ended) return
      if (anyRoom(user) === null) return user.recorder.acts.skipped(verb)
      if (user.worker.nowNs() > givenUpNs) throw new DeadlineError('nothing_to_act_on', waitMs, `something for ${user.assignment.user} to ${verb}`)
      await new Promise((resolve) => setTimeout(resolve, lookAgainMs))
    }
  }
}

const actSteps = Object.fromEntries((Object.keys(acts) as ActVerb[]).map((verb) => [verb, stepOf(verb, acts[verb])])) as Record<ActVerb, ChatStep>

export const chatSteps: Readonly<Record<ChatVerb, ChatStep>> = { ...steps, ...phaseSteps, ...actSteps }
