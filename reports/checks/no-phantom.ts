/**
 * Rule: every message that a client saw on any layer, on a page, in a search or by a change, or that is stored, was invoked by a client of the run for that
 * room; a stored one by the sender that the store names, and whoever saw one saw it under the name of the user who sent it (`author`). Every stored change of a
 * client of the run was asked for by that user, as often as it stands there, and not refused for good.
 * Excused: a message that its sender thinks failed or undecided was invoked all the same (refused-is-absent judges it). An edited body has the identity of its
 * message; a stub has none, and is judged by its seq (sequence).
 * Changes are judged where the driver can make them. Joins and what the system does by itself are asked for by nobody's change.
 * Population: messages seen, authors shown, stored messages and stored changes.
 * Unknown: without a sound audit.
 * Can't see: who is named as the author of a stub, or as the actor of another entry on its way; which emoji or role was asked for; the times of a message, as
 * they are shown; typing and presence.
 */
import type { History } from '../history/history.ts'
import type { Story } from '../result.ts'
import { kinds } from '../history/kinds.ts'
import { auditOf } from './audit.ts'
import { changesAskedOf } from './changes-asked.ts'
import type { Check } from './check.ts'
import { conclude, exampleLimit } from './finding.ts'
import { operationsOf } from './operations.ts'
import { messageTitle, tell } from './story.ts'
import { Suspects } from './suspects.ts'

export const noPhantom: Check = {
  name: 'no-phantom',
  claim: 'everything seen or stored was sent by its sender to that room, and every change was asked for',
  examine(history) {
    const { message, room, client } = history.columns
    const { invokedRoom } = operationsOf(history)
    const seen = seenPhantoms(history, invokedRoom)
    const stored = history.rowsOf('stored')
    const senders = history.messages.client
    const phantoms: number[] = []
    for (let index = 0; index < stored.length; index++) {
      const row = stored[index] ?? 0
      const own = message[row] ?? -1
      if (invokedRoom[own] !== room[row] || senders[own] !== client[row]) phantoms.push(row)
    }
    const rows = [...seen.phantoms.rows, ...phantoms]
    const authors = history.rowsOf('author')
    const misnamed = [...authors].filter((row) => isMisnamed(history, row))
    const changes = changesAskedOf(history)
    const others = [
      ...misnamed.map((row) => otherStory(history, row, `it was shown as a message of ${history.names[history.columns.value[row] ?? -1]}`)),
      ...changes.unasked.map((row) => otherStory(history, row, 'its actor did not ask for it, or was refused')),
    ]
    return conclude({
      population: seen.deliveries + stored.length + authors.length + changes.stored,
      violations: seen.phantoms.count + phantoms.length + others.length,
      figures: {
        authors: authors.length,
        changes: changes.stored,
        seen: seen.phantoms.count,
        stored: phantoms.length,
        misnamed: misnamed.length,
        unasked: changes.unasked.length,
      },
      evidence: [
        ...rows.slice(0, exampleLimit).map((row) => {
          const own = message[row] ?? -1
          const sentTo = history.rooms[invokedRoom[own] ?? -1]
          return tell(history, {
            title: messageTitle(history, own),
            message: own,
            recipient: client[row] ?? -1,
            rows: [row],
            closing: sentTo === undefined ? 'no client of the run ever sent it' : `it was sent to ${sentTo}`,
          })
        }),
        ...others,
      ].slice(0, exampleLimit),
      doubt: auditOf(history).doubt,
    })
  },
}

/** Messages that somebody saw, by delivery, page, search or change, and that nobody invoked for that room. */
function seenPhantoms(history: History, invokedRoom: Int32Array): { deliveries: number; phantoms: Suspects } {
  const { kind, room, message, length } = history.columns
  const [delivery, changed, readMessage] = [kinds.delivery.code, kinds.changed.code, kinds.readMessage.code]
  const phantoms = new Suspects()
  let deliveries = 0
  for (let row = 0; row < length; row++) {
    const code = kind[row]
    if (code !== delivery && code !== changed && code !== readMessage) continue
    const own = message[row] ?? -1
    if (own === -1) continue
    deliveries++
    if (invokedRoom[own] !== room[row]) phantoms.add(row)
  }
  return { deliveries, phantoms }
}

function isMisnamed({ clients, columns, messages, names }: History, row: number): boolean {
  const sender = clients[messages.client[columns.message[row] ?? -1] ?? -1]?.user
  return sender !== undefined && sender !== names[columns.value[row] ?? -1]
}

function otherStory(history: History, row: number, closing: string): Story {
  const { message, client, seq, room } = history.columns
  const own = message[row] ?? -1
  const title = own === -1 ? `seq ${seq[row]} of ${history.rooms[room[row] ?? -1]}` : messageTitle(history, own)
  return tell(history, { title, message: own === -1 ? null : own, recipient: client[row] ?? -1, rows: [row], closing })
}
