/**
 * Every verb that a flow may use, and the options that may stand beside it in a step.
 * `kind`: `chat` needs a run (a control socket); `flow` works anywhere; `socketio` is handed to artillery-engine-socketio-v3.
 */
export interface VerbRow {
  kind: 'chat' | 'flow' | 'socketio'
  about: string
  options: readonly string[]
  /** keys inside the verb's own value; null: anything */ parameters: readonly string[] | null
}

const http: VerbRow = {
  kind: 'socketio',
  about: 'an HTTP request',
  options: ['name', 'beforeRequest', 'afterResponse', 'capture', 'match', 'ifTrue'],
  parameters: null,
}

export const verbs = {
  login: { kind: 'chat', about: 'connects the client with its identity and waits until it is synced', options: [], parameters: ['timeout'] },
  join: { kind: 'chat', about: 'joins the rooms of the client, one after the other', options: [], parameters: ['timeout'] },
  talk: {
    kind: 'chat',
    about: 'sends messages at their intended times, from the start of warm-up to the end of recovery',
    options: [],
    parameters: ['ratePerSecond', 'bodyBytes', 'spread'],
  },
  stay: { kind: 'chat', about: 'stays connected until the run ends', options: [], parameters: [] },
  reconnect: { kind: 'chat', about: 'drops the connection and connects again', options: [], parameters: ['timeout'] },
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
  delete: http,
  head: http,
} as const satisfies Record<string, VerbRow>
export type VerbName = keyof typeof verbs

export function isVerb(name: string): name is VerbName {
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

/** What is wrong with the value of a verb, or null. */
export function parameterProblem(verb: VerbName, value: unknown): string | null {
  if (verb === 'loop') return Array.isArray(value) ? null : 'loop needs a list of steps'
  if (verb === 'think')
    return /\{\{/.test(String(value)) || /^\s*\d+(\.\d+)?\s*(ms|s|m)?\s*$/.test(String(value))
      ? null
      : `think needs a time like "100ms" or a number of seconds, not ${JSON.stringify(value)}`
  const parameters: readonly string[] | null = verbs[verb].parameters
  if (parameters === null || value === null || value === undefined || value === true) return null
  if (typeof value !== 'object' || Array.isArray(value)) return `${verb} needs {} or its parameters: ${parameters.join(', ')}`
  const odd = Object.keys(value).find((key) => !parameters.includes(key))
  return odd === undefined ? null : `${verb} has no parameter "${odd}"; it has ${parameters.length === 0 ? 'none' : parameters.join(', ')}`
}
