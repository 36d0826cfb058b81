/** Which pages may use a bucket from a browser. */
import { type CORSRule, GetBucketCorsCommand, PutBucketCorsCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3'

/**
 * For pages of any origin: whoever holds a signed URL may use it, and no cookie goes with it. The headers are those that the chat signs for a PUT.
 * Source: Amazon S3, "Using cross-origin resource sharing".
 */
const browserRules: CORSRule[] = [
  { AllowedOrigins: ['*'], AllowedMethods: ['GET', 'PUT'], AllowedHeaders: ['content-type', 'x-amz-checksum-sha256'], MaxAgeSeconds: 600 },
]
/** Of stores that have no such rules, or don't let this key set them: then browsers can't upload, and all else goes on. */
const refusals: ReadonlySet<string> = new Set(['NotImplemented', 'MethodNotAllowed', 'AccessDenied'])

/** Lets pages PUT and GET by signed URLs, unless the bucket has rules of its own or the store refuses to have any. */
export async function allowBrowsers(client: Pick<S3Client, 'send'>, bucket: string, deadline: () => { abortSignal: AbortSignal }): Promise<void> {
  try {
    if (await hasRules(client, bucket, deadline)) return
    await client.send(new PutBucketCorsCommand({ Bucket: bucket, CORSConfiguration: { CORSRules: browserRules } }), deadline())
  } catch (error) {
    if (!(error instanceof S3ServiceException) || !refusals.has(error.name)) throw error
  }
}

async function hasRules(client: Pick<S3Client, 'send'>, bucket: string, deadline: () => { abortSignal: AbortSignal }): Promise<boolean> {
  try {
    await client.send(new GetBucketCorsCommand({ Bucket: bucket }), deadline())
    return true
  } catch (error) {
    if (error instanceof S3ServiceException && error.name === 'NoSuchCORSConfiguration') return false
    throw error
  }
}
