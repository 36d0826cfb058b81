/** A virtual user over a real control socket and history file, with a driver that only answers. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kinds } from '../../reports/history/kinds.ts'
import { readNameFile, readRowFile } from '../../reports/history/reader.ts'
import type { Role } from '../../system/protocol.ts'
import type { ClientAssignment } from '../control-messages.ts'
import { startControlServer } from '../control-server.ts'
import type { ActResult, Capabilities, ClientObserver, Driver, DrivenClient, FileAddress, OutgoingFile, ShownMessage, UploadStep } from '../driver.ts'
import { openLoadWorker, type LoadWorker } from './load-worker.ts'
import { VirtualUser } from './virtual-user.ts'

const client: ClientAssignment = {
  number: 3,
  user: 'user-4',
  device: 'device-4',
  token: 't',
  url: 'http://u',
  cohort: 'office',
  role: 'talker',
  rooms: ['room-1'],
  seed: 11,
  otherDevice: { device: 'device-4b', token: 't2' },
}

/** Answers from `answers` by name of the call, `ok` where nothing is said; `calls` tells what was asked. */
export class AnsweringDriver implements Driver {
  readonly name = 'reference'
  readonly capabilities = ['sync', 'edit', 'view', 'reply', 'history', 'search', 'moderation', 'retention', 'devices', 'presence', 'receipts', 'files'] as const
  readonly calls: unknown[][] = []
  readonly sent: { body: string; replyTo: string | undefined; attachments: readonly string[] | undefined }[] = []
  answers: Record<string, () => Promise<ActResult>> = {}
  shown: ShownMessage[] = []
  role: Role = 'member'
  refusesToJoin = false
  /** What an upload tells, before it ends as `answers` says. */
  steps: UploadStep[] = []
  readonly files: OutgoingFile[] = []
  address: FileAddress | null = null
  observer: ClientObserver | null = null

  connect(_identity: unknown, observer: ClientObserver): Promise<DrivenClient> {
    this.observer = observer
    const say = async (name: string, ...words: unknown[]): Promise<ActResult> => {
      this.calls.push([name, ...words])
      return this.answers[name]?.() ?? { kind: 'ok', seq: 9 }
    }
    const capabilities: Partial<Capabilities> = {
      edit: {
        edit: ({ id }, body) => say('edit', id, body),
        delete: ({ id }) => say('delete', id),
        react: ({ id }, emoji, remove) => say('react', id, emoji, remove),
      },
      view: { messages: () => this.shown, role: () => this.role },
      reply: true,
      history: {
        page: async (room, cursor, limit) => (await say('page', room, cursor, limit), { kind: 'ok', from: 4, to: 8, hasMore: true, messages: this.shown }),
      },
      search: { search: async (query, room, limit) => (await say('search', query, room, limit), { kind: 'ok', hits: this.shown }) },
      devices: {
        switchDevice: ({ device }) => {
          observer.replaced?.(device, true)
          return say('switchDevice', device)
        },
        goOffline: (forMs) => say('goOffline', forMs),
        reload: () => say('reload'),
        visit: ({ device }, room, askAfterMs) => say('visit', device, room, askAfterMs),
        stopReading: (forMs) => say('stopReading', forMs),
      },
    }
    capabilities.presence = {
      set: (state) => say('set', state),
      typing: (room, typing) => say('typing', room, typing),
      focus: (room) => say('focus', room),
      get: async (users) => (await say('get', users), { kind: 'ok', users: {} }),
    }
    capabilities.files = {
      upload: async (room, file, told) => {
        this.files.push(file)
        for (const step of this.steps) told(step)
        const result = await say('upload', room, file.name)
        return result.kind === 'ok' ? { kind: 'ok', uploadId: 'upload-1' } : result
      },
      address: async (room, uploadId) => {
        const result = await say('address', room, uploadId)
        return result.kind !== 'ok' ? result : this.address === null ? { kind: 'failed', code: 'forbidden' } : { kind: 'ok', ...this.address }
      },
    }
    capabilities.moderation = {
      kick: (room, user) => say('kick', room, user),
      ban: (room, user, banned) => say('ban', room, user, banned),
      mute: (room, user, muted) => say('mute', room, user, muted),
      appoint: (room, user, role) => say('appoint', room, user, role),
      hold: ({ id }) => say('hold', id),
      release: ({ id }) => say('release', id),
      remove: ({ id }) => say('remove', id),
      leave: (room) => say('leave', room),
    }
    capabilities.retention = { set: (room, policy, legalHold) => say('retain', room, policy, legalHold) }
    let sent = 0
    return Promise.resolve({
      join: () => (this.refusesToJoin ? Promise.reject(new Error('forbidden')) : Promise.resolve()),
      send: (_room, body, options) => {
        this.sent.push({ body, replyTo: options?.replyTo, attachments: options?.attachments })
        const id = `id-${++sent}`
        observer.outcome(id, { kind: 'ok', id: `server-${sent}`, seq: sent, epoch: 'e', duplicate: false }, 1)
        return id
      },
      reconnect: async () => {
        await say('reconnect')
      },
      pending: () => null,
      capability: (kind) => capabilities[kind] ?? null,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    })
  }
}

export interface HistoryRow {
  kind: string
  session: number
  message: number
  seq: number
  rev: number
  value: number
  layer: number
}

export interface ActingUser extends AsyncDisposable {
  driver: AnsweringDriver
  worker: LoadWorker
  user: VirtualUser
  phase: (name: string) => void
  /** Ends the record, and gives its rows of these kinds. */
  rowsOf: (...wanted: string[]) => { rows: HistoryRow[]; names: string[] }
}

export async function actingUser(): Promise<ActingUser> {
  const folder = mkdtempSync(join(tmpdir(), 'shakedown-acts-'))
  const control = await startControlServer({
    originNs: process.hrtime.bigint(),
    historyFolder: folder,
    driver: 'reference',
    mutant: null,
    seed: 7,
    assignments: [client],
  })
  const driver = new AnsweringDriver()
  const worker = await openLoadWorker({ controlPath: control.path, name: 'load-1', pid: 1, monotonicNs: () => process.hrtime.bigint(), drivers: [driver] })
  const assigned = await worker.control.assign(1000)
  if (assigned === null) throw new Error('no client')
  const user = new VirtualUser(worker, assigned, { stays: true, joins: true })
  await user.login(1000)
  user.doing = null
  return {
    driver,
    worker,
    user,
    phase: (name) => control.phase(name, process.hrtime.bigint(), 10_000),
    rowsOf: (...wanted) => {
      worker.finish()
      return readRows(folder, wanted)
    },
    async [Symbol.asyncDispose]() {
      worker.finish()
      worker.control.close()
      await control[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function readRows(folder: string, wanted: readonly string[]): { rows: HistoryRow[]; names: string[] } {
  const rows: HistoryRow[] = []
  const kindNames = new Map<number, string>(Object.entries(kinds).map(([name, row]) => [row.code, name]))
  readRowFile(join(folder, 'load-1.rows.arrow'), (read) => {
    for (let at = 0; at < read.length; at++) {
      const kind = kindNames.get(read.kind[at] ?? 0) ?? '?'
      const cell = (name: 'session' | 'message' | 'seq' | 'rev' | 'value' | 'layer'): number => read[name][at] ?? 0
      const [session, message, seq] = [cell('session'), cell('message'), cell('seq')]
      if (wanted.includes(kind)) rows.push({ kind, session, message, seq, rev: cell('rev'), value: cell('value'), layer: cell('layer') })
    }
  })
  return { rows, names: readNameFile(join(folder, 'load-1.names.arrow')).names }
}
