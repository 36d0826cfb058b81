/** To what and to whom a verb is done: chosen by the client's own chance among what it has stored and what it shows. */
import type { ChangeTarget } from '../recorded-acts.ts'
import type { VirtualUser } from './virtual-user.ts'

/** `random` means one of its own for what only an author may do, else one that it shows; `others`: one that it shows of somebody else. */
export type What = 'own-last' | 'last' | 'random' | 'others'

/** Shown messages among which one is chosen. */
const shownLimit = 30

/** An own message that the chat has acked, unless one of others is wanted; null when there is none. */
export function ownMessage(user: VirtualUser, room: string, what: What): ChangeTarget | null {
  if (what === 'others') return anyMessage(user, room, what)
  const stored = user.recorder.messages.stored(room)
  const own = what === 'random' ? pick(stored, user.random) : stored.at(-1)
  return own === undefined ? null : user.recorder.acts.ownTarget(own)
}

/** A message of anybody; own ones only where the driver can't tell what is shown. */
export function anyMessage(user: VirtualUser, room: string, what: What): ChangeTarget | null {
  const view = user.client.capability('view')
  if (what === 'own-last' || view === null) return what === 'others' ? null : ownMessage(user, room, what)
  const isWanted = ({ senderId }: { senderId: string }): boolean => what !== 'others' || senderId !== user.assignment.user
  const shown = view.messages(room, shownLimit).filter(isWanted)
  const message = what === 'random' || what === 'others' ? pick(shown, user.random) : shown.at(-1)
  return message === undefined ? null : user.recorder.acts.shownTarget(message)
}

/** The user of that name, or for `random` one whose messages this client shows; never itself. Null when there is none. */
export function otherUser(user: VirtualUser, room: string, who: string): string | null {
  if (who !== 'random') return who
  const senders = new Set(
    user.client
      .capability('view')
      ?.messages(room, shownLimit)
      .map((message) => message.senderId),
  )
  senders.delete(user.assignment.user)
  return pick([...senders].toSorted(), user.random) ?? null
}

/** A room of the client that it hasn't left; null when there is none. */
export function anyRoom(user: VirtualUser): string | null {
  return (
    pick(
      user.assignment.rooms.filter((room) => !user.recorder.gone.has(room)),
      user.random,
    ) ?? null
  )
}

/** A room that it has left or was put out of; null when there is none. */
export function roomOutside(user: VirtualUser): string | null {
  return (
    pick(
      user.assignment.rooms.filter((room) => user.recorder.gone.has(room)),
      user.random,
    ) ?? null
  )
}

/** Where it is done: `outside` is for who tries what it may no more. */
export const roomFor = (user: VirtualUser, parameters: Readonly<Record<string, unknown>>): string | null =>
  parameters['outside'] === true ? roomOutside(user) : anyRoom(user)

export function pick<T>(items: readonly T[], random: () => number): T | undefined {
  return items[Math.floor(random() * items.length)]
}
