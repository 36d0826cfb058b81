/** The object store as a node uses it: whole objects by key, each operation with a deadline. */
import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { S3ClientConfig } from '@aws-sdk/client-s3'

export interface ObjectStorage {
  put(key: string, body: Uint8Array, contentType: string): Promise<void>
  /** Null when there is no such object. */
  get(key: string): Promise<Uint8Array | null>
}
export interface StorageOptions {
  /** Endpoint. */
  url: string
  accessKey: string
  secretKey: string
  bucket: string
  region: string
}

const timeoutMs = 10_000

export const storageDeadline = () => ({ abortSignal: AbortSignal.timeout(timeoutMs) })

export function clientOf({ url, accessKey, secretKey, region }: StorageOptions, further: S3ClientConfig = {}): S3Client {
  const credentials = { accessKeyId: accessKey, secretAccessKey: secretKey }
  return new S3Client({ endpoint: url, region, forcePathStyle: true, credentials, maxAttempts: 2, ...further })
}

export function openStorage(options: StorageOptions): ObjectStorage {
  const client = clientOf(options)
  const { bucket } = options
  return {
    async put(key, body, contentType) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: contentType }), storageDeadline())
    },
    async get(key) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), storageDeadline())
        return (await Body?.transformToByteArray()) ?? null
      } catch (error) {
        if (error instanceof NoSuchKey) return null
        throw error
      }
    },
  }
}
