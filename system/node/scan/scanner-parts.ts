/** The seams of a scan worker. compose-scanner.ts puts them together; a mutant or a test replaces one without touching another. */
import type { Readable } from 'node:stream'
import type { FileObjects } from '../file-objects.ts'
import type { Journal } from '../journal.ts'
import type { StoredUpload, UploadStore } from '../upload-store.ts'
import type { ClamdAnswer } from './clamd-client.ts'

export type ScanAnswer =
  | ClamdAnswer
  /** The scanner found nothing, but these are not the bytes that were reserved: no later scan changes that. */
  | { kind: 'mismatch'; why: string }

export interface ScannerParts {
  uploads: Pick<UploadStore, 'claimForScan' | 'scanLater' | 'verdict' | 'find'>
  objects: Pick<FileObjects, 'read' | 'head' | 'copy' | 'remove'>
  /** Of the object whose bytes are scanned. */
  keyToScan(upload: StoredUpload): string | null
  /** Reads the content to its end, unless the answer comes before. Never rejects; `signal` fails it. */
  scan(content: Readable, reserved: Pick<StoredUpload, 'bytes' | 'sha256'>, signal: AbortSignal): Promise<ScanAnswer>
  /** Whether there is a scanner now. */
  scannerAnswers(): Promise<boolean>
  /** Tells the members of rooms the state of the upload. Rejects when the store doesn't answer; then a sweep of the nodes tells them. */
  tell(upload: StoredUpload): Promise<void>
  journal: Journal
}
