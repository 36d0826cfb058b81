import { expect, test } from 'vitest'
import { programOf } from './launch.ts'
import { parseStoreUrl } from './object-store.ts'

test('a store URL carries keys, bucket and region; the endpoint keeps none of them', () => {
  expect(parseStoreUrl(new URL('https://key:s%2Fecret@s3.example.org/chat-files?region=eu-central-1'))).toEqual({
    endpoint: new URL('https://s3.example.org'),
    credentials: { accessKey: 'key', secretKey: 's/ecret' },
    bucket: 'chat-files',
    region: 'eu-central-1',
  })
  expect(() => parseStoreUrl(new URL('http://127.0.0.1:9000/bucket'))).toThrow('needs keys and a bucket')
  expect(() => parseStoreUrl(new URL('http://key:secret@127.0.0.1:9000'))).toThrow('needs keys and a bucket')
})

test('keys go to a container by the name of their variable, never on the command line', () => {
  const image = { kind: 'image', image: 'i', source: 'Docker', version: '1', standIn: null } as const
  const program = programOf(image, { name: 'store', args: [], environment: { ROOT_SECRET_KEY: 'hidden' } }, { folder: '/data', runId: 'r' }, null)
  expect(program.args.join(' ')).toContain('--env ROOT_SECRET_KEY i')
  expect(program.args.join(' ')).not.toContain('hidden')
  expect(program.env).toEqual({ ROOT_SECRET_KEY: 'hidden' })
})
