/** Names, types, lengths and hashes of files as strangers may send them. */
import { expect, test } from 'vitest'
import { sendRequest, uploadReserveRequest } from '../protocol.ts'
import { parsePayload } from './payload.ts'

const upload = { room: 'tea', operationId: '0190a000-0000-7000-8000-000000000001', name: 'a.png', bytes: 10, contentType: 'image/png', sha256: 'a'.repeat(64) }
const parsed = (changed: object) => parsePayload(uploadReserveRequest, { ...upload, ...changed })
const refused = (field: string) => ({ ok: false, error: { code: 'invalid', message: expect.stringMatching(new RegExp(`^${field}: `)) } })

test('names that people give to files pass, in any script', () => {
  for (const name of ['a', 'résumé (final).pdf', '写真.jpg', 'отчёт.docx', 'a..b', '🎉.gif', '-rf', "it's", '$(id)', '%2e%2e%2f', 'x'.repeat(255)])
    expect(parsed({ name }), name).toEqual({ ok: true, request: { ...upload, name } })
})

test('names that are paths, or that don’t look like what they are, don’t', () => {
  const paths = ['../a', '..', '.', '.bashrc', 'a/b', '/etc/passwd', 'a\\b', 'C:a', '..\\..\\a', 'a\0.png', 'a\n', 'a\r\nset-cookie: b']
  const unlike = ['', ' a', 'a ', ' ', 'gpj\u202e.exe', 'a\u200bb', '\ufeffa', 'e\u0301', 'a\u0085b', '\ud800', 'a|b', 'a"b', '<a>', 'a*', 'a?']
  for (const name of [...paths, ...unlike, 'é'.repeat(128)]) expect(parsed({ name }), JSON.stringify(name)).toEqual(refused('name'))
})

test('lengths are whole numbers from 1 on; 5 GB is one', () => {
  for (const bytes of [0, -1, 0.5, NaN, Infinity, 2 ** 60, '10', null]) expect(parsed({ bytes }), String(bytes)).toEqual(refused('bytes'))
  expect(parsed({ bytes: 5_368_709_120 })).toMatchObject({ ok: true })
})

test('types are media types alone, and hashes 64 hex digits', () => {
  for (const contentType of ['', 'image', 'image/', '/png', 'Image/PNG', 'image/png; charset=x', 'image/png\r\nx: y', 'a/b/c', 'ä/b', `a/${'b'.repeat(126)}`])
    expect(parsed({ contentType }), contentType).toEqual(refused('contentType'))
  for (const sha256 of ['', 'A'.repeat(64), 'a'.repeat(63), 'a'.repeat(65), 'g'.repeat(64)]) expect(parsed({ sha256 }), sha256).toEqual(refused('sha256'))
})

test('attachments go with type file and with no other, each once', () => {
  const [one, two] = ['0190a000-0000-7000-8000-000000000002', '0190a000-0000-7000-8000-000000000003']
  const message = { room: 'tea', clientMessageId: upload.operationId, clientSeq: 1, attempt: 1, type: 'file', body: 'look', clientCreatedAt: 1 }
  expect(parsePayload(sendRequest, { ...message, attachments: [one, two] })).toMatchObject({ ok: true })
  const bad = [message, { ...message, attachments: [] }, { ...message, attachments: [one, one] }, { ...message, type: 'text', attachments: [one] }]
  for (const request of [...bad, { ...message, attachments: ['../x'] }, { ...message, attachments: Array.from({ length: 11 }, () => one) }])
    expect(parsePayload(sendRequest, request)).toMatchObject({ ok: false, error: { code: 'invalid' } })
})
