/** What a room keeps: set by its owner, stored with the room, followed by the sweep. */
import { setTimeout as delay } from 'node:timers/promises'
import { currentJoin } from './folds.ts'
import { refusal } from './refusal.ts'
import type { Ack, RetentionRequest } from '../protocol.ts'
import type { NodeContext } from './context.ts'
import type { RecordStore } from './record-store.ts'
import type { RetentionSetting } from './room-retention.ts'
import type { SessionData } from './socket-types.ts'
import type { Store } from './store.ts'

export interface RetentionSettings {
  /** False on a node without an object store. */
  canArchive: boolean
  /** False: a purge that was decided before is not done yet; the setting is stored, and none begins after it. Ask again. */
  set(room: { roomId: string; epoch: string }, setting: RetentionSetting, actorId: string): Promise<boolean>
}
export interface SettingsParts {
  store: Pick<Store, 'rooms'>
  log: Pick<RecordStore, 'audit'>
  canArchive: boolean
  nowMs: () => number
  newId: () => string
}

const purgeDeadlineMs = 2000

export function retentionSettingsOf({ store, log, canArchive, nowMs, newId }: SettingsParts): RetentionSettings {
  return {
    canArchive,
    async set({ roomId, epoch }, { policy, legalHold }, actorId) {
      await store.rooms.updateOne({ _id: roomId }, { $set: { retention: { policy, legalHold } } })
      await log.audit({ _id: newId(), roomId, epoch, seq: null, at: nowMs(), actorId, action: 'retention', detail: { policy, legalHold } })
      // So that what was acked as held is purged by nobody afterwards.
      for (const untilMs = nowMs() + purgeDeadlineMs; ; await delay(50)) {
        const room = await store.rooms.findOne({ _id: roomId })
        if (room?.retentionRun?.decided === undefined) return true
        if (nowMs() > untilMs) return false
      }
    },
  }
}

export async function setRetention(context: NodeContext, { user }: SessionData, request: RetentionRequest): Promise<Ack<object>> {
  if (context.isDraining()) return refusal('draining', 'this node is closing')
  const { room: roomId, policy, legalHold } = request
  const { retention } = context.parts.keeping
  const room = await context.rooms.open(roomId)
  await room?.catchUp()
  if (room === null || currentJoin(room.membership, user) === null || room.membership.get(user)?.role !== 'owner')
    return refusal('forbidden', `${user} is not the owner of ${roomId}`)
  if (policy.kind === 'archive' && !retention.canArchive) return refusal('unavailable', 'this node has no object store to archive to')
  const isInForce = await retention.set(room, { policy, legalHold }, user)
  return isInForce ? { ok: true } : refusal('unavailable', 'a purge that began before is not done yet', 500)
}
