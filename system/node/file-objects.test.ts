import { expect, test } from 'vitest'
import { dispositionOf, longestUrlMs, openFileObjects, validity } from './file-objects.ts'
import { storedUpload } from './fixtures/stored-upload.ts'

const storage = { url: 'http://inside:1', accessKey: 'key', secretKey: 'secret', bucket: 'chat', region: 'us-east-1' }
const objects = openFileObjects(storage, 'http://outside:2', () => 1_700_000_000_500)

test('a PUT is signed for the store as clients reach it, with length, type and hash', async () => {
  const { url, headers, expiresAt } = await objects.signPut('uploads/f', storedUpload(), 1_700_000_060_500)
  const { origin, pathname, searchParams } = new URL(url)
  expect([origin, pathname]).toEqual(['http://outside:2', '/chat/uploads/f'])
  expect(searchParams.get('X-Amz-SignedHeaders')).toBe('content-length;content-type;host;x-amz-checksum-sha256')
  expect(headers).toEqual({ 'content-type': 'image/png', 'x-amz-checksum-sha256': Buffer.alloc(32, 0xaa).toString('base64') })
  expect([searchParams.get('X-Amz-Expires'), expiresAt]).toEqual(['60', 1_700_000_060_000])
})

test('a PUT without a hash is signed for any bytes of its length', async () => {
  const { url, headers } = await objects.signPut('uploads/f', { ...storedUpload(), sha256: null }, 1_700_000_060_500)
  const { searchParams } = new URL(url)
  expect(searchParams.get('X-Amz-SignedHeaders')).toBe('content-length;content-type;host')
  expect([...searchParams.keys()].filter((name) => /checksum/i.test(name))).toEqual([])
  expect(headers).toEqual({ 'content-type': 'image/png' })
})

test('a GET makes a browser save the file', async () => {
  const { url } = await objects.signGet('files/f/1', storedUpload({ name: 'é".html' }), 1_700_000_030_500)
  expect(new URL(url).searchParams.get('response-content-disposition')).toBe("attachment; filename*=UTF-8''%C3%A9%22.html")
})

test('a signature ends no later than it should, and lasts a second to a week', () => {
  expect(validity(1500, 31_400)).toEqual({ signingDate: new Date(1000), expiresIn: 30, expiresAt: 31_000 })
  expect(validity(1500, 1600).expiresIn).toBe(1)
  expect(validity(0, 10 * longestUrlMs).expiresIn).toBe(604_800)
})

test('no name ends its header, or begins another', () => {
  const escaped = dispositionOf('a\r\nb";c=\'d*(e)😀')
  expect(escaped).toBe("attachment; filename*=UTF-8''a%0D%0Ab%22%3Bc%3D%27d%2A%28e%29%F0%9F%98%80")
})
