/**
 * What cut, throttle and stall share: break every link of the target, prove by probes and by the link's own traffic that
 * it was hit, undo in reverse order and prove that too.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Link, Upstream } from '../../system/cluster/links.ts'
import type { ToxiproxyControl } from '../../system/components/toxiproxy-control.ts'
import { type Probe, probeLink } from '../link-probe.ts'
import { liveConnections } from '../live-connections.ts'
import type { ResolvedTarget } from '../targets.ts'
import type { ActiveFault, Evidence, Surroundings } from './fault.ts'

const probeTimeoutMs = 1_000
const healTimeoutMs = 5_000
const closingTimeoutMs = 1_500
const pollMs = 50
/** Their users connect anew for each request, so that between two of them nothing is live: what earlier requests carried shows the use. */
const connectedPerRequest: ReadonlySet<Upstream> = new Set(['store', 'clamd'])

export interface LinkBreak {
  /** Past participle for the evidence: `refused`, `held`, `slowed`. */
  done: string
  /** Breaking ends live connections, which must then show as bytes of ended ones. */
  endsConnections: boolean
  strike(link: Link, toxiproxy: ToxiproxyControl): Promise<void>
  /** Also after a strike that failed half way. */
  undo(link: Link, toxiproxy: ToxiproxyControl): Promise<void>
  /** Whether a probe feels the break. */
  felt(before: Probe, during: Probe): boolean
  /** Whether a probe shows the link as it was before. */
  healed(before: Probe, after: Probe): boolean
}

interface Look {
  link: Link
  probe: Probe
  /** null: this kernel doesn't tell */ live: number | null
  /** of connections that had ended before the first probe */ earlierBytes: number
  closedBytes: number
}
interface Hit extends Look {
  during: Probe
  felt: boolean
  used: boolean
}

export async function breakLinks(broken: LinkBreak, target: ResolvedTarget, surroundings: Surroundings, signal: AbortSignal): Promise<ActiveFault> {
  const { toxiproxy } = surroundings
  const links = proxiedLinksOf(target, surroundings.links)
  const before = await Promise.all(links.map((link) => lookAt(link, toxiproxy)))
  signal.throwIfAborted()
  await using stack = new AsyncDisposableStack()
  // One after another: undoing must be the exact reverse.
  for (const link of links) {
    stack.defer(() => undoForCertain(broken, link, toxiproxy))
    await broken.strike(link, toxiproxy)
  }
  // Looked at beside the run, so that the fault counts as injected when it struck and not a probe's deadline later.
  const looking = Promise.allSettled(before.map((look) => hitOf(broken, look, toxiproxy)))
  const undo = stack.move()
  let heal: string | null = null
  return {
    get heal() {
      return heal
    },
    evidence: async () => evidenceOf(broken, (await looking).map(valueOf), await Promise.all(links.map((link) => probeLink(link, probeTimeoutMs)))),
    async [Symbol.asyncDispose]() {
      await looking
      const startedMs = performance.now()
      await undo.disposeAsync()
      const answers = await Promise.all(before.map((look) => proveHeal(broken, look)))
      heal = `${answers.length} of ${answers.length} links answered as before after ${((performance.now() - startedMs) / 1000).toFixed(1)} s (${answers.join(', ')})`
    },
  }
}

function valueOf<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'rejected') throw settled.reason
  return settled.value
}

function proxiedLinksOf(target: ResolvedTarget, links: readonly Link[]): Link[] {
  const found = links.filter((link) => target.links.includes(link.name))
  const direct = found.filter((link) => !link.proxied)
  if (found.length === 0) throw new Error(`${target.text} matches no link`)
  if (direct.length > 0) throw new Error(`${direct.map((link) => link.name).join(', ')} do not run through Toxiproxy`)
  return found
}

/** Connections are counted before the probe makes one of its own. */
async function lookAt(link: Link, toxiproxy: ToxiproxyControl): Promise<Look> {
  const live = await liveConnections(link.port)
  const earlierBytes = await closedBytes(link, toxiproxy)
  const probe = await quickestProbe(link)
  return { link, live, earlierBytes, probe, closedBytes: await closedBytes(link, toxiproxy) }
}

/** The quickest of three, because one may have met a busy moment; `bytes` are those of all. */
async function quickestProbe(link: Link): Promise<Probe> {
  const probes = [await probeLink(link, probeTimeoutMs), await probeLink(link, probeTimeoutMs), await probeLink(link, probeTimeoutMs)]
  const bytes = probes.reduce((sum, probe) => sum + probe.bytes, 0)
  const quickest = probes.toSorted((left, right) => (roundTripOf(left) < roundTripOf(right) ? -1 : 1))[0]
  return quickest === undefined ? { answered: false, why: 'not probed', bytes } : { ...quickest, bytes }
}

const roundTripOf = (probe: Probe): number => (probe.answered ? probe.roundTripMs : Infinity)

async function closedBytes(link: Link, toxiproxy: ToxiproxyControl): Promise<number> {
  return (await toxiproxy.closedBytes(link.name)).received
}

async function hitOf(broken: LinkBreak, look: Look, toxiproxy: ToxiproxyControl): Promise<Hit> {
  const during = await probeLink(look.link, probeTimeoutMs)
  const carried = !broken.endsConnections || (await endedBytes(look, toxiproxy)) > look.probe.bytes
  return {
    ...look,
    during,
    felt: look.probe.answered && broken.felt(look.probe, during),
    used:
      (look.live !== 0 && (look.live !== null || broken.endsConnections) && carried) ||
      (connectedPerRequest.has(look.link.upstream.kind) && look.earlierBytes > 0),
  }
}

/** Waits until connections that the break ended show in Toxiproxy's counters; returns what it saw last. The probe's own bytes may come late too. */
async function endedBytes(look: Look, toxiproxy: ToxiproxyControl): Promise<number> {
  const deadlineMs = performance.now() + closingTimeoutMs
  for (;;) {
    const ended = (await closedBytes(look.link, toxiproxy)) - look.closedBytes
    if (ended > look.probe.bytes || performance.now() > deadlineMs) return ended
    await pause(pollMs)
  }
}

/** Every link felt it to the end, and at least one was in use: a link that no client uses proves nothing. */
function evidenceOf(broken: LinkBreak, hits: readonly Hit[], last: readonly Probe[]): Evidence {
  const felt = hits.filter((hit, index) => hit.felt && broken.felt(hit.probe, last[index] ?? hit.probe))
  const used = hits.filter((hit) => hit.used)
  const connections = hits.reduce((sum, hit) => sum + (hit.live ?? 0), 0)
  const lines = [
    `${felt.length} of ${hits.length} links ${broken.done} from the first probe to the last`,
    `${used.length} of ${hits.length} in use${hits.some((hit) => hit.live !== null) ? `: ${connections} live connections when it struck` : ''}`,
    ...hits.map(
      (hit, index) =>
        `${hit.link.name}: before ${shown(hit.probe)}, during ${shown(hit.during)}, at the end ${shown(last[index])}${hit.used ? '' : '; no live traffic seen'}`,
    ),
  ]
  return { bit: felt.length === hits.length && used.length > 0, lines }
}

async function undoForCertain(broken: LinkBreak, link: Link, toxiproxy: ToxiproxyControl): Promise<void> {
  try {
    await broken.undo(link, toxiproxy)
  } catch {
    // A change can hang on a stalled reader with full buffers; deleting the proxy frees it. If that fails too, the error is the one to tell.
    await toxiproxy.recreate(link.name)
  }
}

async function proveHeal(broken: LinkBreak, look: Look): Promise<string> {
  const deadlineMs = performance.now() + healTimeoutMs
  for (;;) {
    const after = await probeLink(look.link, probeTimeoutMs)
    if (broken.healed(look.probe, after)) return shown(after)
    if (performance.now() > deadlineMs)
      throw new Error(`${look.link.name} is not as before ${healTimeoutMs} ms after the heal: ${shown(after)}, before ${shown(look.probe)}`)
    await pause(pollMs)
  }
}

function shown(probe: Probe | undefined): string {
  if (probe === undefined) return 'not probed'
  return probe.answered ? `${probe.roundTripMs.toFixed(1)} ms` : probe.why
}
