/** Where a fault strikes: links by pattern, a node by name or choice, or the link of a cohort. */
import { linkMatches } from '../system/cluster/links.ts'
import type { Random } from './random.ts'

export type TargetSelector = { kind: 'link'; pattern: string } | { kind: 'node'; node: string } | { kind: 'cohort'; cohort: string }
/** What the cluster of a topology consists of; known before it starts. */
export interface Shape {
  links: readonly string[]
  nodes: readonly string[]
  /** Processes that serve no clients, the scanner for instance: by their name they are targets like nodes. */
  workers: readonly string[]
  /** What the nodes stand on; targets by their name too. */
  servers: readonly string[]
  cohorts: readonly string[]
}
export interface ResolvedTarget {
  text: string
  links: readonly string[]
  nodes: readonly string[]
}
/** `most-sockets` can be resolved only when the fault is injected. */
export type PlannedTarget = ({ choice: 'fixed' } & ResolvedTarget) | { choice: 'most-sockets'; text: string }

const nodeChoices = ['random', 'most-sockets'] as const

function selectorText(selector: TargetSelector): string {
  if (selector.kind === 'link') return selector.pattern
  return selector.kind === 'node' ? selector.node : `cohort ${selector.cohort}`
}

/** Throws when nothing of the shape matches, naming what there is. */
export function planTarget(selector: TargetSelector, shape: Shape, chance: Random): PlannedTarget {
  const text = selectorText(selector)
  if (selector.kind === 'node') {
    if (selector.node === 'most-sockets') return { choice: 'most-sockets', text }
    const node = selector.node === 'random' ? chance.pick(shape.nodes) : selector.node
    const named = [...shape.nodes, ...shape.workers, ...shape.servers]
    if (!named.includes(node)) throw new Error(`no node is called "${node}"; there are ${named.join(', ')}`)
    return { choice: 'fixed', ...targetOfNode(node, shape.links), text: selector.node === 'random' ? `${node} (random)` : node }
  }
  const links = shape.links.filter((link) => linkMatches(patternOf(selector), link))
  if (links.length === 0)
    throw new Error(
      selector.kind === 'link'
        ? `no link matches "${text}"; there are ${shape.links.join(', ')}`
        : `no cohort is called "${selector.cohort}"; there are ${shape.cohorts.join(', ')}`,
    )
  return { choice: 'fixed', text, links, nodes: [] }
}

/** A node as target of a link fault means every link that begins or ends at it. */
export function targetOfNode(node: string, links: readonly string[]): ResolvedTarget {
  return { text: node, nodes: [node], links: links.filter((link) => linkMatches(`${node}->*`, link) || linkMatches(`*->${node}`, link)) }
}

/** Patterns of the links that must run through a proxy for this target; a choice of node may fall on any. */
export function patternsOf(selector: TargetSelector): string[] {
  if (selector.kind !== 'node') return [patternOf(selector)]
  const node = nodeChoices.some((choice) => choice === selector.node) ? 'node-*' : selector.node
  return [`${node}->*`, `*->${node}`]
}

function patternOf(selector: Exclude<TargetSelector, { kind: 'node' }>): string {
  return selector.kind === 'link' ? selector.pattern : `${selector.cohort}->balancer`
}
