/** The verb `talk`: an open loop at the pacer's intended times. */
import { roles } from '../assignments.ts'
import { nextIntended, talkWindow, type Spread, type TalkWindow } from '../pacer.ts'
import { seededRandom } from '../random.ts'
import { able } from './act.ts'
import { acts } from './acts.ts'
import { actOf, drawn, isForOutsiders, mixKinds, readMix, type Mix } from './mix.ts'
import { anyMessage } from './targets.ts'
import type { VirtualUser } from './virtual-user.ts'

/** Longest wait for the run to say that warm-up begins. */
const warmupTimeoutMs = 180_000

export async function talk(user: VirtualUser, parameters: Readonly<Record<string, unknown>>): Promise<void> {
  const ratePerSecond = Number(parameters['ratePerSecond'])
  const bodyBytes = Number(parameters['bodyBytes'] ?? 160)
  const spread: Spread = parameters['spread'] === 'jittered' ? 'jittered' : 'poisson'
  if (!(ratePerSecond > 0) || !(bodyBytes > 0))
    throw new Error(`talk needs ratePerSecond and bodyBytes above 0, got ${String(parameters['ratePerSecond'])} and ${String(parameters['bodyBytes'])}`)
  const mix = mixOf(user, parameters['mix'])
  const { control, nowNs } = user.worker
  const window = (): TalkWindow => talkWindow(control.phases, user.assignment.role === roles.fallsSilent)
  // Waiting for the first phase is no work of its own: the run starts it when everyone waits here.
  user.doing = null
  user.arrive()
  await changeUntil(user, () => window().fromNs !== null, warmupTimeoutMs, 'the run to begin its warm-up')
  if (user.assignment.role === roles.follows) return
  const random = seededRandom(user.assignment.seed)
  let intendedNs = window().fromNs ?? nowNs()
  for (let turn = 0; !control.ended; turn++) {
    intendedNs = nextIntended(intendedNs, ratePerSecond, spread, random)
    if (!(await waitUntil(user, intendedNs, window))) return
    const rooms = user.assignment.rooms.filter((room) => !user.recorder.gone.has(room))
    const room = rooms[turn % rooms.length]
    const kinds = drawn(mix, user.random)
    // Who has left every room has nowhere to talk, until it joins again.
    if (room !== undefined) user.say(room, intendedNs, bodyBytes, kinds.includes('reply') ? anyMessage(user, room, 'random') : null)
    for (const kind of kinds) {
      if (kind === 'reply' || (room === undefined && !isForOutsiders(kind))) continue
      const { verb, parameters: own } = actOf(kind)
      user.beside(kind, () => acts[verb](user, { bodyBytes, ...own }))
    }
  }
}

/** Throws when the value is no mix, or the driver can't do what is in it. */
function mixOf(user: VirtualUser, value: unknown): Mix {
  const read = readMix(value, null)
  if ('problem' in read) throw new Error(read.problem)
  for (const kind of Object.keys(read.mix) as (keyof Mix)[]) if ((read.mix[kind] ?? 0) > 0) able(user, mixKinds[kind].needs)
  return read.mix
}

/** True at the intended time, at once when it has passed; false when talking ends before it. */
async function waitUntil(user: VirtualUser, intendedNs: number, window: () => TalkWindow): Promise<boolean> {
  const over = (): boolean => user.worker.control.ended || user.going.aborted || intendedNs >= (window().untilNs ?? Infinity)
  while (!over()) {
    const leftMs = Math.ceil((intendedNs - user.worker.nowNs()) / 1e6)
    if (leftMs <= 0) return true
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, leftMs)
      // A new phase may end the talk before the timer does.
      const forget = user.worker.control.onChange(() => over() && done())
      user.going.addEventListener('abort', done)
      function done(): void {
        clearTimeout(timer)
        user.going.removeEventListener('abort', done)
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
