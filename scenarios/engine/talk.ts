/** The verb `talk`: an open loop at the pacer's intended times. */
import { roles } from '../assignments.ts'
import { nextIntended, talkWindow, type Spread, type TalkWindow } from '../pacer.ts'
import { seededRandom } from '../random.ts'
import type { VirtualUser } from './virtual-user.ts'

/** Longest wait for the run to say that warm-up begins. */
const warmupTimeoutMs = 180_000

export async function talk(user: VirtualUser, parameters: Readonly<Record<string, unknown>>): Promise<void> {
  const ratePerSecond = Number(parameters['ratePerSecond'])
  const bodyBytes = Number(parameters['bodyBytes'] ?? 160)
  const spread: Spread = parameters['spread'] === 'jittered' ? 'jittered' : 'poisson'
  if (!(ratePerSecond > 0) || !(bodyBytes > 0))
    throw new Error(`talk needs ratePerSecond and bodyBytes above 0, got ${String(parameters['ratePerSecond'])} and ${String(parameters['bodyBytes'])}`)
  const { control, nowNs } = user.worker
  const window = (): TalkWindow => talkWindow(control.phases, user.assignment.role === roles.fallsSilent)
  // Waiting for the first phase is no work of its own: the run starts it when everyone waits here.
  user.doing = null
  await changeUntil(user, () => window().fromNs !== null, warmupTimeoutMs, 'the run to begin its warm-up')
  const random = seededRandom(user.assignment.seed)
  let intendedNs = window().fromNs ?? nowNs()
  for (let turn = 0; !control.ended; turn++) {
    intendedNs = nextIntended(intendedNs, ratePerSecond, spread, random)
    if (!(await waitUntil(user, intendedNs, window))) return
    const room = user.assignment.rooms[turn % user.assignment.rooms.length]
    if (room === undefined) throw new Error(`${user.assignment.user} has no room to talk in`)
    if (!user.recorder.talk(room, intendedNs, bodyBytes, (to, body) => user.client.send(to, body)))
      throw new Error(`${user.assignment.user} has used up its message ids`)
  }
}

/** True at the intended time, at once when it has passed; false when talking ends before it. */
async function waitUntil(user: VirtualUser, intendedNs: number, window: () => TalkWindow): Promise<boolean> {
  const over = (): boolean => user.worker.control.ended || intendedNs >= (window().untilNs ?? Infinity)
  while (!over()) {
    const leftMs = Math.ceil((intendedNs - user.worker.nowNs()) / 1e6)
    if (leftMs <= 0) return true
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, leftMs)
      // A new phase may end the talk before the timer does.
      const forget = user.worker.control.onChange(() => over() && done())
      function done(): void {
        clearTimeout(timer)
        forget()
        resolve()
      }
    })
  }
  return false
}

async function changeUntil(user: VirtualUser, reached: () => boolean, timeoutMs: number, what: string): Promise<void> {
  const { control } = user.worker
  if (reached() || control.ended) return
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      forget()
      reject(new Error(`waited ${timeoutMs} ms for ${what}`))
    }, timeoutMs)
    const forget = control.onChange(() => {
      if (!reached() && !control.ended) return
      clearTimeout(timer)
      forget()
      resolve()
    })
  })
}
