import type { CapabilityName } from '../driver.ts'
import { contents } from './file-content.ts'
import { readMix } from './mix.ts'
import { phases } from '../../reports/history/codes.ts'

/**
 * Every verb that a flow may use, and the options that may stand beside it in a step.
 * `kind`: `chat` needs a run (a control socket); `flow` works anywhere; `socketio` is handed to artillery-engine-socketio-v3.
 */
export interface VerbRow {
  kind: 'chat' | 'flow' | 'socketio'
  about: string
  options: readonly string[]
  /** keys inside the verb's own value; null: anything */ parameters: readonly string[] | null
  /** what a parameter may say, where that is a choice */ choices?: Readonly<Record<string, readonly unknown[]>>
  /** without which ability of the driver it can't be done */ needs?: CapabilityName
}

const http: VerbRow = {
  kind: 'socketio',
  about: 'an HTTP request',
  options: ['name', 'beforeRequest', 'afterResponse', 'capture', 'match', 'ifTrue'],
  parameters: null,
}

const own = ['own-last', 'random', 'others'] as const
const any = ['own-last', 'last', 'random', 'others'] as const
const by = ['anyone', 'moderators', 'owner'] as const
const onMessage = { options: [], parameters: ['what', 'by', 'timeout'], choices: { what: any, by }, needs: 'moderation' } as const

export const verbs = {
  login: { kind: 'chat', about: 'connects the client with its identity and waits until it is synced', options: [], parameters: ['timeout'] },
  join: { kind: 'chat', about: 'joins the rooms of the client, one after the other', options: [], parameters: ['timeout'] },
  talk: {
    kind: 'chat',
    about: 'sends messages at their intended times, from the start of warm-up to the end of recovery; `mix` adds what else is done, by shares',
    options: [],
    parameters: ['ratePerSecond', 'bodyBytes', 'spread', 'mix'],
    choices: { spread: ['poisson', 'jittered'] },
  },
  send: { kind: 'chat', about: 'sends one message now', options: [], parameters: ['bodyBytes'] },
  stay: { kind: 'chat', about: 'stays connected until the run ends', options: [], parameters: [] },
  reconnect: { kind: 'chat', about: 'drops the connection and connects again', options: [], parameters: ['timeout'] },
  edit: {
    kind: 'chat',
    about: 'edits an own message, the last or a random one, or tries to edit one of others',
    options: [],
    parameters: ['what', 'bodyBytes', 'timeout'],
    choices: { what: own },
    needs: 'edit',
  },
  delete: {
    kind: 'chat',
    about: 'deletes an own message, or one of others, `edited` before; with `url` it is an HTTP request',
    options: http.options,
    parameters: ['what', 'edited', 'bodyBytes', 'timeout'],
    choices: { what: own, edited: [true, false] },
    needs: 'edit',
  },
  react: {
    kind: 'chat',
    about: 'reacts to a message, or takes the reaction back',
    options: [],
    parameters: ['what', 'emoji', 'remove', 'timeout'],
    choices: { what: any, remove: [true, false] },
    needs: 'edit',
  },
  reply: { kind: 'chat', about: 'answers a message', options: [], parameters: ['what', 'bodyBytes', 'timeout'], choices: { what: any }, needs: 'reply' },
  read: { kind: 'chat', about: 'has read all that is shown of a room', options: [], parameters: ['timeout'], needs: 'receipts' },
  typing: { kind: 'chat', about: 'types in a room `for` a time', options: [], parameters: ['for', 'timeout'], needs: 'presence' },
  idle: { kind: 'chat', about: 'is idle `for` a time, then online', options: [], parameters: ['for', 'timeout'], needs: 'presence' },
  page: {
    kind: 'chat',
    about: 'reads `pages` of history, from the newest backwards or around a random message',
    options: [],
    parameters: ['cursor', 'limit', 'pages', 'timeout'],
    choices: { cursor: ['newest', 'around'] },
    needs: 'history',
  },
  search: {
    kind: 'chat',
    about: 'searches for a message by its words, or for `query`; `what: deleted` for one of its own that it has deleted',
    options: [],
    parameters: ['what', 'query', 'everywhere', 'limit', 'timeout'],
    choices: { what: [...any, 'deleted'], everywhere: [true, false] },
    needs: 'search',
  },
  kick: {
    kind: 'chat',
    about: 'kicks `who`: a user, or a random one; `by` leaves it out where the client is no moderator',
    options: [],
    parameters: ['who', 'by', 'timeout'],
    choices: { by },
    needs: 'moderation',
  },
  ban: {
    kind: 'chat',
    about: 'bans `who`, or lifts the ban',
    options: [],
    parameters: ['who', 'lift', 'by', 'timeout'],
    choices: { lift: [true, false], by },
    needs: 'moderation',
  },
  mute: {
    kind: 'chat',
    about: 'mutes `who` `for` a time',
    options: [],
    parameters: ['who', 'for', 'by', 'timeout'],
    choices: { by },
    needs: 'moderation',
  },
  appoint: {
    kind: 'chat',
    about: 'gives `who` a role',
    options: [],
    parameters: ['who', 'role', 'by', 'timeout'],
    choices: { role: ['moderator', 'member'], by },
    needs: 'moderation',
  },
  hold: { kind: 'chat', about: 'holds a message for review', ...onMessage },
  release: { kind: 'chat', about: 'releases a message that this client holds', options: [], parameters: ['timeout'], needs: 'moderation' },
  remove: { kind: 'chat', about: 'removes a message', ...onMessage },
  upload: {
    kind: 'chat',
    about: 'shares a file of so many `bytes` with a message; `overwrite` then puts other bytes to the same address',
    options: [],
    parameters: ['bytes', 'content', 'overwrite', 'timeout'],
    choices: { content: contents, overwrite: [true, false] },
    needs: 'files',
  },
  download: {
    kind: 'chat',
    about: 'fetches a file that is shown, or tries to as an attacker would',
    options: [],
    parameters: ['what', 'try', 'timeout'],
    choices: { what: ['last', 'random'], try: ['as-minted', 'tampered', 'borrowed', 'expired', 'quarantined'] },
    needs: 'files',
  },
  trespass: {
    kind: 'chat',
    about: 'tries to read, write or type in a room that it has left or was put out of',
    options: [],
    parameters: ['bodyBytes', 'timeout'],
    needs: 'moderation',
  },
  overreach: {
    kind: 'chat',
    about: "as a plain member tries what only others may: to edit, delete or hold another's message, to kick, mute, ban or appoint somebody",
    options: [],
    parameters: ['bodyBytes', 'timeout'],
    needs: 'moderation',
  },
  rejoin: { kind: 'chat', about: 'joins a room again that it has left or was put out of', options: [], parameters: ['timeout'], needs: 'moderation' },
  leave: { kind: 'chat', about: 'leaves a room', options: [], parameters: ['timeout'], needs: 'moderation' },
  'switch-device': { kind: 'chat', about: 'goes on with the other device of the same user', options: [], parameters: ['timeout'], needs: 'devices' },
  'go-offline': { kind: 'chat', about: 'is offline `for` a time', options: [], parameters: ['for', 'timeout'], needs: 'devices' },
  reload: { kind: 'chat', about: 'loads the client anew from its storage', options: [], parameters: ['timeout'], needs: 'devices' },
  storm: {
    kind: 'chat',
    about: 'drops the connection and connects again `after` the beginning of a phase, all clients at once, beside what follows',
    options: [],
    parameters: ['phase', 'after', 'share'],
    choices: { phase: Object.keys(phases) },
  },
  'go-home': {
    kind: 'chat',
    about: 'ends what follows, and leaves the run for good, `after` the beginning of a phase',
    options: [],
    parameters: ['phase', 'after', 'share'],
    choices: { phase: Object.keys(phases) },
  },
  'read-slowly': {
    kind: 'chat',
    about: 'takes nothing from the network `for` a time `after` the beginning of a phase, beside what follows',
    options: [],
    parameters: ['phase', 'after', 'for', 'share'],
    choices: { phase: Object.keys(phases) },
    needs: 'devices',
  },
  visit: {
    kind: 'chat',
    about:
      'connects beside the client with a token that has expired, and stays with another until it has, `after` the beginning of a phase, beside what follows',
    options: [],
    parameters: ['phase', 'after', 'share'],
    choices: { phase: Object.keys(phases) },
    needs: 'devices',
  },
  retain: {
    kind: 'chat',
    about:
      'sets what the `rooms` that the client owns keep: messages go at an `age`, unless there is a `legalHold`; `after` the beginning of a phase, beside what follows',
    options: [],
    parameters: ['phase', 'after', 'rooms', 'policy', 'age', 'legalHold', 'timeout'],
    choices: { phase: Object.keys(phases), policy: ['keep', 'delete', 'archive'], legalHold: [true, false] },
    needs: 'retention',
  },
  think: { kind: 'flow', about: 'waits: "100ms", "2s", or a number of seconds', options: ['jitter'], parameters: null },
  loop: {
    kind: 'flow',
    about: 'repeats its steps `count` times, or once for each value of `over`, or until the run ends',
    options: ['count', 'over', 'loopValue', 'loopElement'],
    parameters: null,
  },
  emit: {
    kind: 'socketio',
    about: 'emits an event, and may wait for a response or an acknowledgement',
    options: ['namespace', 'response', 'acknowledge', 'connect', 'reconnect', 'beforeRequest'],
    parameters: null,
  },
  connect: { kind: 'socketio', about: 'starts a new Socket.IO connection with these options', options: ['namespace'], parameters: null },
  function: { kind: 'socketio', about: 'calls a function of the processor', options: [], parameters: null },
  log: { kind: 'socketio', about: 'prints a line', options: [], parameters: null },
  get: http,
  post: http,
  put: http,
  patch: http,
  head: http,
} as const satisfies Record<string, VerbRow>
export type VerbName = keyof typeof verbs
export type ChatVerb = { [K in VerbName]: (typeof verbs)[K]['kind'] extends 'chat' ? K : never }[VerbName]
/** Those that are done to something or someone, once. */
export type ActVerb = Exclude<ChatVerb, 'login' | 'join' | 'talk' | 'send' | 'stay' | 'reconnect' | 'storm' | 'go-home' | 'read-slowly' | 'visit' | 'retain'>

/** `delete` with a `url` is an HTTP request. */
export function kindOf(verb: VerbName, value: unknown): VerbRow['kind'] {
  return verb === 'delete' && typeof value === 'object' && value !== null && 'url' in value ? 'socketio' : verbs[verb].kind
}

export function isChat(verb: VerbName, value: unknown): verb is ChatVerb {
  return kindOf(verb, value) === 'chat'
}

function isVerb(name: string): name is VerbName {
  return Object.hasOwn(verbs, name)
}

/** The verb of a step with these keys: the one beside which all others are options; or what is wrong. */
export function verbOf(keys: readonly string[]): { verb: VerbName } | { problem: string } {
  for (const verb of keys.filter(isVerb)) {
    const options: readonly string[] = verbs[verb].options
    if (keys.every((key) => key === verb || options.includes(key))) return { verb }
  }
  const known = keys.find(isVerb)
  if (known !== undefined) {
    const options: readonly string[] = verbs[known].options
    const odd = keys.find((key) => key !== known && !options.includes(key)) ?? ''
    return { problem: `"${odd}" can't stand beside "${known}"; ${options.length === 0 ? 'nothing can' : `these can: ${options.join(', ')}`}` }
  }
  const first = keys[0]
  if (first === undefined) return { problem: 'an empty step' }
  return { problem: `unknown verb "${first}"; the verbs are ${Object.keys(verbs).join(', ')}` }
}

/** What is wrong with the value of a verb, or null. `capabilities`: those of the driver; null when it isn't known. */
export function parameterProblem(verb: VerbName, value: unknown, capabilities: readonly CapabilityName[] | null = null): string | null {
  if (verb === 'loop') return Array.isArray(value) ? null : 'loop needs a list of steps'
  if (verb === 'think') return isTime(value) ? null : `think needs a time like "100ms" or a number of seconds, not ${JSON.stringify(value)}`
  const row: VerbRow = verbs[verb]
  if (row.parameters === null || kindOf(verb, value) === 'socketio') return null
  if (row.needs !== undefined && capabilities?.includes(row.needs) === false) return `the driver can't do ${row.needs}, which ${verb} needs`
  if (value === null || value === undefined || value === true) return null
  if (typeof value !== 'object' || Array.isArray(value)) return `${verb} needs {} or its parameters: ${row.parameters.join(', ')}`
  for (const [name, said] of Object.entries(value)) {
    const problem = row.parameters.includes(name) ? valueProblem(verb, row, name, said, capabilities) : noParameter(verb, row.parameters, name)
    if (problem !== null) return problem
  }
  return null
}

function noParameter(verb: VerbName, parameters: readonly string[], name: string): string {
  return `${verb} has no parameter "${name}"; it has ${parameters.length === 0 ? 'none' : parameters.join(', ')}`
}

function valueProblem(verb: VerbName, row: VerbRow, name: string, said: unknown, capabilities: readonly CapabilityName[] | null): string | null {
  if (isTemplate(said)) return null
  const choices = row.choices?.[name]
  if (choices !== undefined && !choices.includes(said)) return `${name} of ${verb} is ${choices.join(' or ')}, not ${JSON.stringify(said)}`
  if (name === 'rooms' && !(Array.isArray(said) && said.every((room) => typeof room === 'string')))
    return `rooms of ${verb} is a list like [room-1, room-2], not ${JSON.stringify(said)}`
  if ((name === 'timeout' || name === 'for' || name === 'after' || name === 'age') && !isTime(said))
    return `${name} of ${verb} is a time like "5s", not ${JSON.stringify(said)}`
  if ((name === 'limit' || name === 'pages' || name === 'bodyBytes' || name === 'bytes' || name === 'share') && !(Number(said) > 0))
    return `${name} of ${verb} is a number above 0, not ${JSON.stringify(said)}`
  if (name !== 'mix') return null
  const read = readMix(said, capabilities)
  return 'problem' in read ? read.problem : null
}

const isTemplate = (value: unknown): boolean => /\{\{/.test(String(value))
const isTime = (value: unknown): boolean => isTemplate(value) || /^\s*\d+(\.\d+)?\s*(ms|s|m)?\s*$/.test(String(value))
