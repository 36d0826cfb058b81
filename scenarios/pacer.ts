/** When a client means to send: decided apart from sockets and timers. An open loop: a slow answer never delays the next intent. */
export type Spread = 'poisson' | 'jittered'

/** Nanoseconds since the start of the run. */
export interface PhaseTime {
  name: string
  startNs: number
  endNs: number
}

/** Null where the phases that are known so far don't say it yet. */
export interface TalkWindow {
  fromNs: number | null
  untilNs: number | null
}

/**
 * From the start of warm-up to the end of recovery (or the start of settle, if that comes first).
 * A room that falls silent stops a third into the impact and never speaks again.
 */
export function talkWindow(phases: readonly PhaseTime[], fallsSilent: boolean): TalkWindow {
  const ends: number[] = []
  for (const phase of phases) {
    if (phase.name === 'recovery') ends.push(phase.endNs)
    if (phase.name === 'settle' || phase.name === 'audit') ends.push(phase.startNs)
    if (phase.name === 'impact' && fallsSilent) ends.push(phase.startNs + (phase.endNs - phase.startNs) / 3)
  }
  return { fromNs: phases.find((phase) => phase.name === 'warmup')?.startNs ?? null, untilNs: ends.length === 0 ? null : Math.min(...ends) }
}

/**
 * The next intended time after `previousNs`. `poisson`: exponential gaps, as many independent people make them.
 * `jittered`: the even gap, half to one and a half times. Both have the mean 1 / rate.
 */
export function nextIntended(previousNs: number, ratePerSecond: number, spread: Spread, random: () => number): number {
  const evenNs = 1e9 / ratePerSecond
  const gapNs = spread === 'poisson' ? -Math.log(1 - random()) * evenNs : (0.5 + random()) * evenNs
  return previousNs + Math.max(1, Math.round(gapNs))
}
