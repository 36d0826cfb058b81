/** The cluster's object store as the audit reads it: directly, past every link that a fault could touch. */
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import type { RunningStore } from '../system/components/object-store.ts'

export interface Objects extends Disposable {
  client: S3Client
  bucket: string
}

const deadlineMs = 10_000

export function openObjects({ url, credentials, bucket, region }: RunningStore): Objects {
  const keys = { accessKeyId: credentials.accessKey, secretAccessKey: credentials.secretKey }
  const client = new S3Client({ endpoint: url.href, region, forcePathStyle: true, credentials: keys, maxAttempts: 2 })
  return {
    client,
    bucket,
    [Symbol.dispose]() {
      client.destroy()
    },
  }
}

/** All keys of the bucket. */
export async function keysOf({ client, bucket }: Objects): Promise<string[]> {
  const keys: string[] = []
  for (let token: string | undefined, more = true; more;) {
    const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, ...(token === undefined ? {} : { ContinuationToken: token }) }), {
      abortSignal: AbortSignal.timeout(deadlineMs),
    })
    keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []))
    token = page.NextContinuationToken
    more = token !== undefined
  }
  return keys
}
