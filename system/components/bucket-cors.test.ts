import { S3ServiceException, type S3Client } from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { allowBrowsers } from './bucket-cors.ts'

const deadline = () => ({ abortSignal: AbortSignal.timeout(1000) })
const answer = (name: string): Error => new S3ServiceException({ name, message: name, $fault: 'client', $metadata: {} })

/** Answers a GetBucketCors with the first error and a PutBucketCors with the second. */
function storeOf(get: Error, put: Error): Pick<S3Client, 'send'> {
  return { send: (command: object) => Promise.reject(command.constructor.name === 'GetBucketCorsCommand' ? get : put) }
}

test.each([
  [answer('NotImplemented'), answer('unused')],
  [answer('NoSuchCORSConfiguration'), answer('NotImplemented')],
  [answer('NoSuchCORSConfiguration'), answer('AccessDenied')],
])('a store that has no such rules, or refuses to set them, is used without', async (get, put) => {
  await expect(allowBrowsers(storeOf(get, put), 'chat', deadline)).resolves.toBeUndefined()
})

test.each([
  [answer('NoSuchBucket'), answer('unused'), 'NoSuchBucket'],
  [answer('NoSuchCORSConfiguration'), new Error('connection refused'), 'connection refused'],
])('any other error is told', async (get, put, told) => {
  await expect(allowBrowsers(storeOf(get, put), 'chat', deadline)).rejects.toThrow(told)
})
