/** The verbs that need a run: each is a function of the virtual user and of its parameters (variables filled in). */
import { withDeadline } from '../deadline.ts'
import { durationMs } from './duration.ts'
import { talk } from './talk.ts'
import type { VirtualUser } from './virtual-user.ts'

export type ChatStep = (user: VirtualUser, parameters: Readonly<Record<string, unknown>>) => Promise<void>

const defaultTimeoutMs = 20_000
const timeoutOf = (parameters: Readonly<Record<string, unknown>>): number => durationMs(parameters['timeout']) ?? defaultTimeoutMs

export const chatSteps: Readonly<Record<'login' | 'join' | 'talk' | 'stay' | 'reconnect', ChatStep>> = {
  login: (user, parameters) => user.login(timeoutOf(parameters)),

  async join(user, parameters) {
    for (const room of user.assignment.rooms) {
      user.recorder.joinInvoked(room)
      await withDeadline(user.client.join(room), timeoutOf(parameters), () => `${user.assignment.user} to join ${room}`, 'join_timeout')
    }
  },

  talk,

  async stay(user) {
    user.doing = null
    await user.worker.control.whenEnded
  },

  async reconnect(user, parameters) {
    await withDeadline(user.client.reconnect(), timeoutOf(parameters), () => `${user.assignment.user} to reconnect`, 'reconnect_timeout')
  },
}
