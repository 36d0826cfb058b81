/**
 * A client with one connection for each of its rooms, for a balancer that goes by the room:
 *
 *   room a ---(?room=a)--> balancer ---> the node of a
 *   room b ---(?room=b)--> balancer ---> the node of b
 *
 * Until there is a room, a connection that names none asks which there are; it ends when the first room is connected.
 */
import type { ChatClient, ChatClientOptions, ConnectionState } from './api.ts'
import { createOneConnection } from './one-connection.ts'
import { openRoomsStorage } from './rooms-storage.ts'
import { defaultSettings } from './settings.ts'

const worstFirst: readonly ConnectionState[] = ['elsewhere', 'offline', 'syncing', 'online']

export async function createPerRoom(options: ChatClientOptions): Promise<ChatClient> {
  const stored = await openRoomsStorage(options.storage)
  const timeoutMs = options.settings?.joinMs ?? defaultSettings.joinMs
  const byRoom = new Map<string, ChatClient>()
  const listeners = new Set<() => void>()
  let wanted = false
  let focused: string | null = null

  function create(room: string | null): ChatClient {
    const own = stored.of(room)
    const client = createOneConnection({ ...options, storage: own.storage }, own.stored, {
      room,
      follows(named) {
        if (named !== room) goInto(named)
        return named === room
      },
    })
    client.subscribe(() => {
      for (const listener of listeners) listener()
    })
    return client
  }
  const lobby = create(null)
  function clientOf(room: string): ChatClient {
    const client = byRoom.get(room) ?? create(room)
    byRoom.set(room, client)
    return client
  }
  function goInto(room: string): void {
    if (byRoom.has(room)) return
    const client = clientOf(room)
    // It goes on trying after the deadline, and `pending` says why.
    if (wanted) void client.connect(timeoutMs).then(leaveLobby, () => undefined)
  }
  function leaveLobby(): void {
    lobby.disconnect()
  }
  const all = (): ChatClient[] => (byRoom.size === 0 ? [lobby] : [...byRoom.values()])
  /** For what concerns no room. */
  const any = (): ChatClient => byRoom.values().find((client) => client.state() === 'online') ?? all()[0] ?? lobby
  const holderOf = (clientMessageId: string): ChatClient => all().find((client) => client.statusOf(clientMessageId) !== undefined) ?? any()
  async function atAll<R extends { kind: string }>(act: (client: ChatClient) => Promise<R>): Promise<R> {
    const [first = await act(lobby), ...others] = await Promise.all(all().map(act))
    return others.find(({ kind }) => kind !== 'ok') ?? first
  }
  for (const room of stored.rooms) clientOf(room)

  return {
    async connect(withinMs) {
      wanted = true
      const endsMs = options.now() + withinMs
      // Subtle: in its sync the node names the rooms, which are begun before it is done.
      if (byRoom.size === 0) await lobby.connect(withinMs)
      if (byRoom.size === 0) return
      await Promise.all(all().map((client) => client.connect(Math.max(1, endsMs - options.now()))))
      leaveLobby()
    },
    disconnect() {
      wanted = false
      for (const client of [lobby, ...all()]) client.disconnect()
    },
    async reconnect(withinMs) {
      await Promise.all(all().map((client) => client.reconnect(withinMs)))
    },
    state: () => worstFirst.find((state) => all().some((client) => client.state() === state)) ?? 'offline',
    renewToken: () => atAll((client) => client.renewToken()),
    async join(room) {
      const client = clientOf(room)
      if (wanted) await client.connect(timeoutMs)
      await client.join(room)
      leaveLobby()
    },
    leave: (room) => clientOf(room).leave(room),
    send: (room, body, more) => clientOf(room).send(room, body, more),
    cancel: (id) => holderOf(id).cancel(id),
    resend: (id) => holderOf(id).resend(id),
    statusOf: (id) => holderOf(id).statusOf(id),
    room: (name) => byRoom.get(name)?.room(name),
    rooms: () => all().flatMap((client) => client.rooms()),
    markRead: (room, seq) => clientOf(room).markRead(room, seq),
    presenceOf: (user) =>
      all()
        .map((client) => client.presenceOf(user))
        .find(({ state }) => state !== 'unknown') ?? any().presenceOf(user),
    setPresence: (state) => atAll((client) => client.setPresence(state)),
    setTyping: (room, typing) => clientOf(room).setTyping(room, typing),
    async focus(room) {
      const former = focused
      focused = room
      if (former !== null && former !== room) await clientOf(former).focus(null)
      return (room === null ? any() : clientOf(room)).focus(room)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    pending: () =>
      all()
        .map((client) => client.pending())
        .find((reason) => reason !== null) ?? null,
    async close() {
      await Promise.all([lobby, ...byRoom.values()].map((client) => client.close()))
    },
    edit: (room, ...rest) => clientOf(room).edit(room, ...rest),
    deleteMessage: (room, ...rest) => clientOf(room).deleteMessage(room, ...rest),
    react: (room, ...rest) => clientOf(room).react(room, ...rest),
    unreact: (room, ...rest) => clientOf(room).unreact(room, ...rest),
    moderate: (room, ...rest) => clientOf(room).moderate(room, ...rest),
    setRole: (room, ...rest) => clientOf(room).setRole(room, ...rest),
    kick: (room, ...rest) => clientOf(room).kick(room, ...rest),
    ban: (room, ...rest) => clientOf(room).ban(room, ...rest),
    mute: (room, ...rest) => clientOf(room).mute(room, ...rest),
    setRetention: (room, ...rest) => clientOf(room).setRetention(room, ...rest),
    history: (room, ...rest) => clientOf(room).history(room, ...rest),
    archived: (room, ...rest) => clientOf(room).archived(room, ...rest),
    search: (query, more) => (more.room === undefined ? any() : clientOf(more.room)).search(query, more),
    upload: (room, ...rest) => clientOf(room).upload(room, ...rest),
    fileUrl: (room, ...rest) => clientOf(room).fileUrl(room, ...rest),
    download: (room, ...rest) => clientOf(room).download(room, ...rest),
    unread: (rooms) => any().unread(rooms),
    presence: (users) => any().presence(users),
  }
}
