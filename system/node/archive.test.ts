import { expect, test } from 'vitest'
import { ArchiveDamaged, packArchive, unpackArchive } from './archive.ts'
import type { StoredEntry } from './entries.ts'

const window = { roomId: 'r', epoch: 'e', after: 10, upTo: 12 }
const entry = (seq: number): StoredEntry => ({
  _id: `m${seq}`,
  roomId: 'r',
  epoch: 'e',
  seq,
  kind: seq === 11 ? 'join' : 'message',
  actorId: 'ann',
  operationId: `o${seq}`,
  payload: { body: 'line\nbreak' },
  at: 1,
  acceptedBy: 'n',
  attempt: 1,
})

test('an archive is read back as it was written', () => {
  const entries = [entry(11), entry(12)]
  const { body, manifest } = packArchive(window, entries)
  expect(manifest).toMatchObject({ after: 10, upTo: 12, entries: 2, messages: 1, bytes: body.length, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
  expect(unpackArchive(body, manifest)).toEqual(entries)
})

test('an archive that is missing, cut or changed is refused', () => {
  const { body, manifest } = packArchive(window, [entry(11), entry(12)])
  const changed = body.slice()
  changed[5] = 0x41
  for (const damaged of [null, body.slice(0, -1), changed]) expect(() => unpackArchive(damaged, manifest)).toThrow(ArchiveDamaged)
  expect(packArchive(window, [entry(11)]).manifest.key).not.toBe(manifest.key)
})
