/** Which message or client of a run a person means. */
import { clientName, messageName } from './checks/story.ts'
import type { History } from './history/history.ts'

export type Subject = { kind: 'message'; message: number } | { kind: 'client'; client: number }

/** Nothing of that name, or too many. The message tells what is there. */
export class NoSubject extends Error {
  override readonly name = 'NoSubject'
}

const shortest = 6
const candidatesTold = 5

/**
 * `text`: a clientMessageId or the id of the store (whole, or the beginning or end of it, from 6 characters on), `client:counter` as the export writes it,
 * `user#counter`, a user, or a client number. Throws NoSubject.
 */
export function findSubject(history: History, text: string): Subject {
  const client = /^\d+$/.test(text) ? Number(text) : history.clients.findIndex((info) => info.user === text)
  if (history.clients[client] !== undefined) return { kind: 'client', client }
  const found = messagesNamed(history, text)
  const [message] = found
  if (message === undefined)
    throw new NoSubject(
      `no message and no client is called '${text}': name a message by its id (its beginning or end will do, from ${shortest} characters on) or as client:counter, a client by its user or number (0 to ${history.clients.length - 1}). Messages: ${examples(history)}. Users: ${history.clients
        .slice(0, candidatesTold)
        .map((info) => info.user)
        .join(', ')}${history.clients.length > candidatesTold ? ', …' : ''}`,
    )
  if (found.length > 1)
    throw new NoSubject(
      `'${text}' is the name of ${found.length} messages: ${found
        .slice(0, candidatesTold)
        .map((one) => messageName(history, one))
        .join(', ')}${found.length > candidatesTold ? ', …' : ''}. Name one of them whole`,
    )
  return { kind: 'message', message }
}

function messagesNamed(history: History, text: string): number[] {
  const { messages } = history
  const exact: number[] = []
  const partly: number[] = []
  const namesOf = idsOf(history)
  for (let message = 0; message < messages.length; message++) {
    const [client, counter] = [messages.client[message] ?? -1, messages.counter[message] ?? -1]
    const names = namesOf.get(message) ?? new Set([messageName(history, message)])
    if (`${client}:${counter}` === text || `${clientName(history, client)}#${counter}` === text || names.has(text)) exact.push(message)
    else if (text.length >= shortest && [...names].some((name) => name.startsWith(text) || name.endsWith(text))) partly.push(message)
  }
  return exact.length > 0 ? exact : partly
}

/** By message: every clientMessageId that it was sent with, and its ids in the store. */
function idsOf(history: History): Map<number, Set<string>> {
  const { message, value } = history.columns
  const ids = new Map<number, Set<string>>()
  for (const kind of ['invoked', 'attempt', 'ok', 'storedId']) {
    for (const row of history.rowsOf(kind)) {
      const name = history.names[value[row] ?? -1]
      const own = message[row] ?? -1
      if (name !== undefined && own >= 0) ids.set(own, (ids.get(own) ?? new Set()).add(name))
    }
  }
  return ids
}

const examples = (history: History): string =>
  history.messages.length === 0
    ? 'none'
    : Array.from({ length: Math.min(2, history.messages.length) }, (_, message) => messageName(history, message)).join(', ') +
      (history.messages.length > 2 ? ', …' : '')
