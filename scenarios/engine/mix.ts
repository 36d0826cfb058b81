/** What a talking client does besides its messages: for each kind a share, the number of times a message. */
import type { CapabilityName } from '../driver.ts'
import type { ActVerb } from './verbs.ts'

interface MixRow {
  needs: CapabilityName
  /** The verb that it is, when that isn't its own name, and its parameters. */
  verb?: ActVerb
  parameters?: Readonly<Record<string, unknown>>
  /** It is done by who is in no room any more, too. */
  outside?: true
}

const byModerators = { needs: 'moderation', parameters: { by: 'moderators' } } as const

/** What may go with a message. `reply` is the message itself. */
export const mixKinds = {
  edit: { needs: 'edit' },
  delete: { needs: 'edit' },
  'delete-edited': { needs: 'edit', verb: 'delete', parameters: { edited: true } },
  react: { needs: 'edit' },
  reply: { needs: 'reply' },
  read: { needs: 'receipts' },
  typing: { needs: 'presence' },
  idle: { needs: 'presence' },
  page: { needs: 'history' },
  search: { needs: 'search' },
  'search-deleted': { needs: 'search', verb: 'search', parameters: { what: 'deleted' } },
  // Every body begins so.
  'search-all': { needs: 'search', verb: 'search', parameters: { query: 'sd1', limit: 50 } },
  pages: { needs: 'history', verb: 'page', parameters: { pages: 5, limit: 50 } },
  around: { needs: 'history', verb: 'page', parameters: { cursor: 'around', limit: 50 } },
  upload: { needs: 'files' },
  infected: { needs: 'files', verb: 'upload', parameters: { content: 'infected' } },
  overwrite: { needs: 'files', verb: 'upload', parameters: { overwrite: true } },
  disguised: { needs: 'files', verb: 'upload', parameters: { content: 'infected', overwrite: true } },
  download: { needs: 'files' },
  tampered: { needs: 'files', verb: 'download', parameters: { try: 'tampered' } },
  borrowed: { needs: 'files', verb: 'download', parameters: { try: 'borrowed' } },
  expired: { needs: 'files', verb: 'download', parameters: { try: 'expired' } },
  quarantined: { needs: 'files', verb: 'download', parameters: { try: 'quarantined' } },
  appoint: byModerators,
  // Long enough for who is muted to try to speak.
  mute: { needs: 'moderation', parameters: { by: 'moderators', for: '4s' } },
  hold: byModerators,
  release: byModerators,
  remove: byModerators,
  kick: byModerators,
  ban: byModerators,
  overreach: { needs: 'moderation' },
  trespass: { needs: 'moderation', outside: true },
  rejoin: { needs: 'moderation', outside: true },
  leave: { needs: 'moderation' },
  'switch-device': { needs: 'devices' },
  'go-offline': { needs: 'devices', parameters: { for: '2s' } },
  reload: { needs: 'devices' },
} as const satisfies Record<string, MixRow>
export type MixKind = keyof typeof mixKinds
const rows: Readonly<Record<MixKind, MixRow>> = mixKinds

/** The act of a kind other than `reply`. */
export function actOf(kind: Exclude<MixKind, 'reply'>): { verb: ActVerb; parameters: Readonly<Record<string, unknown>> } {
  const { verb, parameters = {} } = rows[kind]
  return { verb: verb ?? (kind as ActVerb), parameters }
}
export const isForOutsiders = (kind: MixKind): boolean => rows[kind].outside === true
/** Shares of 0 to 1. */
export type Mix = Readonly<Partial<Record<MixKind, number>>>

/** The mix of a value: a map, or the same as JSON text. `capabilities` null: not known, and not looked at. */
export function readMix(value: unknown, capabilities: readonly CapabilityName[] | null): { mix: Mix } | { problem: string } {
  const shares = typeof value === 'string' ? parsed(value) : (value ?? {})
  if (typeof shares !== 'object' || shares === null || Array.isArray(shares))
    return { problem: `mix is a map like { edit: 0.05 }, not ${JSON.stringify(value)}` }
  for (const [kind, share] of Object.entries(shares)) {
    if (!isMixKind(kind)) return { problem: `mix has no "${kind}"; it has ${Object.keys(mixKinds).join(', ')}` }
    if (typeof share !== 'number' || !(share >= 0 && share <= 1))
      return { problem: `the share of ${kind} is a number from 0 to 1, not ${JSON.stringify(share)}` }
    if (share > 0 && capabilities !== null && !capabilities.includes(mixKinds[kind].needs))
      return { problem: `the driver can't do ${mixKinds[kind].needs}, which ${kind} needs` }
  }
  return { mix: shares }
}

/** The kinds that go with one message, by chance; always the same number of draws. */
export function drawn(mix: Mix, random: () => number): MixKind[] {
  return (Object.keys(mixKinds) as MixKind[]).filter((kind) => random() < (mix[kind] ?? 0))
}

function isMixKind(kind: string): kind is MixKind {
  return Object.hasOwn(mixKinds, kind)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
