/** What a talking client does besides its messages: for each kind a share, the number of times a message. */
import type { CapabilityName } from '../driver.ts'

/** What each kind needs of the driver. */
export const mixNeeds = {
  edit: 'edit',
  delete: 'edit',
  react: 'edit',
  reply: 'reply',
  read: 'receipts',
  typing: 'presence',
  idle: 'presence',
  page: 'history',
  search: 'search',
} as const satisfies Record<string, CapabilityName>
export type MixKind = keyof typeof mixNeeds
/** Shares of 0 to 1. */
export type Mix = Readonly<Partial<Record<MixKind, number>>>

/** The mix of a value: a map, or the same as JSON text. `capabilities` null: not known, and not looked at. */
export function readMix(value: unknown, capabilities: readonly CapabilityName[] | null): { mix: Mix } | { problem: string } {
  const shares = typeof value === 'string' ? parsed(value) : (value ?? {})
  if (typeof shares !== 'object' || shares === null || Array.isArray(shares))
    return { problem: `mix is a map like { edit: 0.05 }, not ${JSON.stringify(value)}` }
  for (const [kind, share] of Object.entries(shares)) {
    if (!isMixKind(kind)) return { problem: `mix has no "${kind}"; it has ${Object.keys(mixNeeds).join(', ')}` }
    if (typeof share !== 'number' || !(share >= 0 && share <= 1))
      return { problem: `the share of ${kind} is a number from 0 to 1, not ${JSON.stringify(share)}` }
    if (share > 0 && capabilities !== null && !capabilities.includes(mixNeeds[kind]))
      return { problem: `the driver can't do ${mixNeeds[kind]}, which ${kind} needs` }
  }
  return { mix: shares }
}

/** The kinds that go with one message, by chance; always the same number of draws. */
export function drawn(mix: Mix, random: () => number): MixKind[] {
  return (Object.keys(mixNeeds) as MixKind[]).filter((kind) => random() < (mix[kind] ?? 0))
}

function isMixKind(kind: string): kind is MixKind {
  return Object.hasOwn(mixNeeds, kind)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
