/** What an entry makes of the content of the message that it is about. Pure. */
import type { EntryChange, MessageContent, WireEntry } from '../protocol.ts'

export type MessageChange = Extract<EntryChange, { messageId: string }>

/** What is left of a message that is deleted, removed or purged. */
export function blanked({ editedAt: _editedAt, edits: _edits, attachments: _attachments, ...content }: MessageContent): MessageContent {
  return { ...content, body: null }
}

function react(content: MessageContent, emoji: string, userId: string, remove: boolean): MessageContent {
  const { reactions = {}, ...rest } = content
  // An emoji may be any string, `constructor` too.
  const users = (Object.hasOwn(reactions, emoji) ? reactions[emoji] : undefined) ?? []
  if (users.includes(userId) !== remove) return content
  const others = Object.entries(reactions).filter(([name]) => name !== emoji)
  const left = remove ? users.filter((user) => user !== userId) : [...users, userId]
  // In the place where it was, so that the same reactions look the same.
  const next = left.length === 0 ? others : Object.entries({ ...reactions, [emoji]: left })
  return next.length === 0 ? rest : { ...rest, reactions: Object.fromEntries(next) }
}

function moderate(content: MessageContent, change: Extract<MessageChange, { kind: 'moderate' }>): MessageContent {
  if (change.message) return change.message
  if (change.action === 'hold') return { ...content, moderation: 'held' }
  if (change.action === 'remove') return { ...blanked(content), moderation: 'removed' }
  const { moderation: _held, ...released } = content
  return released
}

function setFileState(content: MessageContent, { uploadId, state }: Extract<MessageChange, { kind: 'upload-state' }>): MessageContent {
  const { attachments = [] } = content
  // Blanked with its message meanwhile: there is no placeholder to replace.
  if (!attachments.some((file) => file.uploadId === uploadId)) return content
  return { ...content, attachments: attachments.map((file) => (file.uploadId === uploadId ? { ...file, state } : file)) }
}

/** The content after a change. */
export function foldContent(content: MessageContent, change: MessageChange, entry: Pick<WireEntry, 'actorId' | 'at'>): MessageContent {
  switch (change.kind) {
    case 'edit':
      return { ...content, body: change.body, editedAt: entry.at, edits: (content.edits ?? 0) + 1 }
    case 'delete':
      return { ...blanked(content), deleted: { at: entry.at, by: entry.actorId, kind: change.by } }
    case 'react':
    case 'unreact':
      return react(content, change.emoji, entry.actorId, change.kind === 'unreact')
    case 'upload-state':
      return setFileState(content, change)
    default:
      return moderate(content, change)
  }
}
