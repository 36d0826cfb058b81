/** What the reference client can do, as the load engine names it. */
import type { ChatClient } from '../../system/client/api.ts'
import type { Left } from '../../system/client/membership.ts'
import type { MessageRecord } from '../../system/client/records.ts'
import type { Change, Exclusion } from '../../system/client/verbs.ts'
import type { ActResult, Capabilities, ShownMessage } from '../driver.ts'

function shown(room: string, { id, seq, rev, content }: MessageRecord): ShownMessage {
  return { room, id, seq, rev, senderId: content.senderId, record: content }
}
const act = (result: Change | Left): ActResult => result
/** Committed alone isn't enough: until every node has confirmed, somebody may still relay to them. */
function excluded(result: Exclusion): ActResult {
  return result.kind === 'ok' && result.state === 'pending' ? { kind: 'unknown', why: 'not every node has confirmed' } : result
}

/** `client` gives the client of the present device: it is another one after a switch or a reload. */
export function capabilitiesOf(client: () => ChatClient): Omit<Capabilities, 'devices'> {
  return {
    sync: true,
    status: true,
    reply: true,
    edit: {
      edit: async ({ room, id }, body) => act(await client().edit(room, id, body)),
      delete: async ({ room, id }) => act(await client().deleteMessage(room, id)),
      react: async ({ room, id }, emoji, remove) => act(await (remove ? client().unreact(room, id, emoji) : client().react(room, id, emoji))),
    },
    view: {
      messages(room, limit) {
        const records = client().room(room)?.messages() ?? []
        return records
          .filter(({ content }) => content.body !== null && !content.moderation && !content.deleted)
          .slice(-limit)
          .map((record) => shown(room, record))
      },
      role: (room) => client().room(room)?.role() ?? 'member',
    },
    receipts: { read: (room, seq) => client().markRead(room, seq) },
    presence: {
      set: (state) => client().setPresence(state),
      typing: (room, typing) => client().setTyping(room, typing),
      focus: (room) => client().focus(room),
      get: (users) => client().presence([...users]),
    },
    history: {
      async page(room, cursor, limit) {
        const page = await client().history(room, cursor, limit)
        if (page.kind !== 'ok') return page
        const { from, to, hasMore, messages } = page
        return { kind: 'ok', from, to, hasMore, messages: messages.map((message) => shown(room, message)) }
      },
    },
    search: {
      async search(query, room, limit) {
        const found = await client().search(query, { ...(room === null ? {} : { room }), limit })
        return found.kind === 'ok' ? { kind: 'ok', hits: found.hits.map((hit) => shown(hit.room, hit.message)) } : found
      },
    },
    moderation: {
      kick: async (room, user) => excluded(await client().kick(room, user)),
      ban: async (room, user, banned) => excluded(await client().ban(room, user, { banned })),
      mute: async (room, user, muted) => act(await client().mute(room, user, { muted })),
      appoint: async (room, user, role) => act(await client().setRole(room, user, role)),
      hold: async ({ room, id }) => act(await client().moderate(room, id, 'hold')),
      release: async ({ room, id }) => act(await client().moderate(room, id, 'release')),
      remove: async ({ room, id }) => act(await client().moderate(room, id, 'remove')),
      leave: async (room) => act(await client().leave(room)),
    },
    retention: { set: (room, policy, legalHold) => client().setRetention(room, policy, legalHold) },
    files: {
      upload: (room, file, told) => client().upload(room, file, told),
      address: (room, uploadId) => client().fileUrl(room, uploadId),
    },
  }
}
