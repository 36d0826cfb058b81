/** The record of files that a client shares, is shown and fetches. */
import { accessWays, fileContents, fileSteps, fileTries, uploadStates } from '../reports/history/codes.ts'
import { bodyHash } from '../reports/history/record-hash.ts'
import type { FileContent } from '../system/client/observer.ts'
import type { AccessWay, UploadState } from '../system/protocol.ts'
import { none, type ClientRows } from './client-rows.ts'
import type { UploadStep } from './driver.ts'

export type FileTry = keyof typeof fileTries

/** A file as this client shows it now. */
export interface ShownFile {
  room: string
  uploadId: string
  state: UploadState
}

/** Files that are remembered, to be fetched later. */
const rememberLimit = 200

export class RecordedFiles {
  readonly #rows: ClientRows
  readonly #shown = new Map<string, ShownFile>()
  #files = 0

  constructor(rows: ClientRows) {
    this.#rows = rows
  }

  /** `sha256` in hex. Returns the number of the file, for its steps. */
  intended(room: string, bytes: number, sha256: string, content: keyof typeof fileContents): number {
    const number = this.#files++
    this.#rows.row('fileIntended', this.#rows.name(room), none, number, bytes, bodyHash(sha256), fileContents[content])
    return number
  }

  step(room: string, number: number, step: UploadStep): void {
    const status = step.step === 'put' ? step.httpStatus : null
    this.#step(room, number, step.step, step.uploadId, status, step.code)
  }

  /** Other bytes were put to the address of a file that was completed. */
  overwritten(room: string, number: number, uploadId: string, httpStatus: number | null, code: string | null): void {
    this.#step(room, number, 'overwrite', uploadId, httpStatus, code)
  }

  /** `message`: own id of the message that was just invoked. */
  attached(room: number, message: number, uploadId: string): void {
    this.#rows.row('fileAttached', room, message, none, none, this.#rows.name(uploadId))
  }

  shown(room: string, seq: number, { body, senderId, attachments }: FileContent): void {
    const message = this.#rows.messageOf(body, senderId)
    for (const { uploadId, state } of attachments) {
      this.#shown.set(uploadId, { room, uploadId, state })
      this.#rows.row('fileShown', this.#rows.name(room), message, seq, uploadStates[state], this.#rows.name(uploadId))
    }
    const oldest = this.#shown.size > rememberLimit ? this.#shown.keys().next().value : undefined
    if (oldest !== undefined) this.#shown.delete(oldest)
  }

  /** Those that are shown in one of these states, the one that was shown first before the others. */
  in(states: readonly UploadState[]): ShownFile[] {
    return [...this.#shown.values()].filter(({ state }) => states.includes(state))
  }

  /** `why`: null when an address came. `expiresAfterMs`: null when it doesn't expire. */
  url({ room, uploadId }: Omit<ShownFile, 'state'>, answer: { access: AccessWay; expiresAfterMs: number | null } | { why: string }): void {
    const [roomName, upload] = [this.#rows.name(room), this.#rows.name(uploadId)]
    if ('why' in answer) return this.#rows.row('fileUrl', roomName, none, none, this.#rows.name(answer.why), upload)
    const seconds = answer.expiresAfterMs === null ? none : Math.max(0, Math.round(answer.expiresAfterMs / 1000))
    this.#rows.row('fileUrl', roomName, none, seconds, none, upload, accessWays[answer.access])
  }

  /** `served`: its bytes, when the answer was a success. */
  read({ room, uploadId }: Omit<ShownFile, 'state'>, tried: FileTry, httpStatus: number | null, served: { bytes: number; sha256: string } | null): void {
    this.#rows.request(
      'fileRead',
      this.#rows.name(room),
      httpStatus,
      served?.bytes ?? 0,
      served === null ? none : bodyHash(served.sha256),
      this.#rows.name(uploadId),
      fileTries[tried],
    )
  }

  #step(room: string, number: number, step: keyof typeof fileSteps, uploadId: string | null, httpStatus: number | null, code: string | null): void {
    const upload = uploadId === null ? none : this.#rows.name(uploadId)
    this.#rows.request('fileStep', this.#rows.name(room), httpStatus, number, code === null ? none : this.#rows.name(code), upload, fileSteps[step])
  }
}
