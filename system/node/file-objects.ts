/** Files in the object store: URLs that clients use without the node, and what the node itself does with objects. */
import { Readable } from 'node:stream'
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { clientOf, storageDeadline } from './object-storage.ts'
import type { StorageOptions } from './object-storage.ts'
import type { StoredUpload } from './upload-store.ts'

export type FileDescription = Pick<StoredUpload, 'name' | 'bytes' | 'contentType' | 'sha256'>
export type PutDescription = Pick<FileDescription, 'bytes' | 'contentType'> & { sha256: string | null }
export interface ObjectFacts {
  bytes: number
  contentType: string
  /** 64 hex digits, where the store keeps one. */
  sha256: string | null
}

export interface SignedUrl {
  url: string
  /** Milliseconds since the Unix epoch, to the second. */
  expiresAt: number
}

/** Each rejects with `ObjectStoreError` when the store doesn't answer; signing asks no store. */
export interface FileObjects {
  /** For one PUT with exactly these bytes: length, type and hash are signed; null `sha256`: any bytes of that length. It must begin before `untilMs`. */
  signPut(key: string, file: PutDescription, untilMs: number): Promise<SignedUrl & { headers: Record<string, string> }>
  /** For GET and nothing else. A browser saves what it gets, and never shows it as a page. */
  signGet(key: string, file: FileDescription, untilMs: number): Promise<SignedUrl>
  /** False: there is nothing at `from`. */
  copy(from: string, to: string): Promise<boolean>
  head(key: string): Promise<ObjectFacts | null>
  /** `signal` ends the stream too. */
  read(key: string, signal: AbortSignal): Promise<Readable | null>
  remove(key: string): Promise<void>
  /** Keys that begin so; at most 1,000. */
  list(prefix: string): Promise<string[]>
}

export class ObjectStoreError extends Error {
  /** False: nothing was heard of the store, so that the next request would only wait as long. */
  readonly isAnswered: boolean
  constructor(during: string, cause: unknown) {
    super(`${during}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.isAnswered = cause instanceof S3ServiceException
  }
}

/** Source: Amazon S3, "Authenticating requests: using query parameters": X-Amz-Expires is 1 to 604,800 seconds. */
export const longestUrlMs = 604_800_000

/** RFC 6266 and RFC 8187: the name in UTF-8, everything but letters and digits escaped. */
export function dispositionOf(name: string): string {
  const escaped = encodeURIComponent(name).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
  return `attachment; filename*=UTF-8''${escaped}`
}

/** Pure: signatures know whole seconds; it never ends after `untilMs`, unless that leaves less than the one second that it must have. */
export function validity(nowMs: number, untilMs: number): { signingDate: Date; expiresIn: number; expiresAt: number } {
  const signedAtMs = Math.floor(nowMs / 1000) * 1000
  const seconds = Math.max(1, Math.floor(Math.min(untilMs - signedAtMs, longestUrlMs) / 1000))
  return { signingDate: new Date(signedAtMs), expiresIn: seconds, expiresAt: signedAtMs + seconds * 1000 }
}

/** `publicUrl`: the store as clients reach it. */
export function openFileObjects(options: StorageOptions, publicUrl: string, nowMs: () => number): FileObjects {
  const client = clientOf(options)
  // Signs before there are bytes: a checksum of its own would be that of nothing.
  const publicClient = clientOf({ ...options, url: publicUrl }, { requestChecksumCalculation: 'WHEN_REQUIRED' })
  const Bucket = options.bucket
  return {
    async signPut(key, { bytes, contentType, sha256 }, untilMs) {
      const checksum = sha256 === null ? undefined : Buffer.from(sha256, 'hex').toString('base64')
      const headers = { 'content-type': contentType, ...(checksum === undefined ? {} : { 'x-amz-checksum-sha256': checksum }) }
      const signed = new Set(['host', 'content-length', ...Object.keys(headers)])
      const command = new PutObjectCommand({ Bucket, Key: key, ContentLength: bytes, ContentType: contentType, ChecksumSHA256: checksum })
      const { expiresAt, ...time } = validity(nowMs(), untilMs)
      // As headers, not in the query: there the store would not compare them with what is sent.
      return { url: await getSignedUrl(publicClient, command, { ...time, signableHeaders: signed, unhoistableHeaders: signed }), headers, expiresAt }
    },
    async signGet(key, { name, contentType }, untilMs) {
      const shown = { ResponseContentDisposition: dispositionOf(name), ResponseContentType: contentType }
      const { expiresAt, ...time } = validity(nowMs(), untilMs)
      return { url: await getSignedUrl(publicClient, new GetObjectCommand({ Bucket, Key: key, ...shown }), time), expiresAt }
    },
    async copy(from, to) {
      const copied = await orNull('copying a file', client.send(new CopyObjectCommand({ Bucket, Key: to, CopySource: `${Bucket}/${from}` }), storageDeadline()))
      return copied !== null
    },
    async head(key) {
      const found = await orNull('looking at a file', client.send(new HeadObjectCommand({ Bucket, Key: key, ChecksumMode: 'ENABLED' }), storageDeadline()))
      if (found === null) return null
      const { ContentLength: bytes = 0, ContentType: contentType = '', ChecksumSHA256: checksum } = found
      return { bytes, contentType, sha256: checksum === undefined ? null : Buffer.from(checksum, 'base64').toString('hex') }
    },
    async read(key, signal) {
      const found = await orNull('reading a file', client.send(new GetObjectCommand({ Bucket, Key: key }), { abortSignal: signal }))
      if (found === null) return null
      if (!(found.Body instanceof Readable)) throw new ObjectStoreError('reading a file', 'it came without a stream')
      return found.Body
    },
    async remove(key) {
      await orNull('removing a file', client.send(new DeleteObjectCommand({ Bucket, Key: key }), storageDeadline()))
    },
    async list(prefix) {
      const found = await orNull('listing files', client.send(new ListObjectsV2Command({ Bucket, Prefix: prefix }), storageDeadline()))
      return (found?.Contents ?? []).flatMap(({ Key }) => Key ?? [])
    },
  }
}

async function orNull<T>(during: string, answer: Promise<T>): Promise<T | null> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return null
    throw new ObjectStoreError(during, error)
  }
}
