/** Sharing and fetching files, as people do and as attackers do. What was tried and what came is recorded; the checks judge it. */
import { createHash } from 'node:crypto'
import { isSuccess, transfer, type Transfer } from '../../system/client/file-transfer.ts'
import type { ActResult, FileAddress, FileRequest, UploadStep } from '../driver.ts'
import type { FileTry, ShownFile } from '../recorded-files.ts'
import { able, recorded, type Act, type Parameters } from './act.ts'
import { borrowed, tampered } from './file-attempts.ts'
import { makeContent } from './file-content.ts'
import type { MintedAddress } from './minted-addresses.ts'
import { anyRoom, pick } from './targets.ts'
import type { VirtualUser } from './virtual-user.ts'

const fileTimeout = { timeout: '60s' }
const transferTimeoutMs = 10_000
/** What a file act brings as the body of its message. */
const noteBytes = 160
const sha256Of = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')

async function upload(user: VirtualUser, parameters: Parameters): Promise<boolean> {
  const room = anyRoom(user)
  if (room === null) return false
  const kind = parameters['content'] === 'infected' ? 'infected' : 'clean'
  const content = makeContent(kind, Number(parameters['bytes'] ?? 20_000), user.random)
  const number = user.recorder.files.intended(room, content.length, sha256Of(content), kind)
  const place: { put: FileRequest | null } = { put: null }
  const told = (step: UploadStep): void => {
    if (step.step === 'reserve') place.put = step.put
    user.recorder.files.step(room, number, step)
  }
  const file = { name: `file-${user.assignment.number}-${number}.bin`, contentType: 'application/octet-stream', content: new Blob([content]) }
  const ended = user.recorder.acts.ask('upload', room)
  const result = await recorded(ended, { ...fileTimeout, ...parameters }, 'upload', () => able(user, 'files').upload(room, file, told))
  if (result.kind !== 'ok') return true
  if (parameters['overwrite'] === true && place.put !== null) await overwrite(user, room, number, result.uploadId, place.put, content.length)
  user.say(room, user.worker.nowNs(), noteBytes, null, result.uploadId)
  return true
}

/** Other, clean bytes to the place that the file was uploaded to: what is scanned and served must not change with them. */
async function overwrite(user: VirtualUser, room: string, number: number, uploadId: string, put: FileRequest, bytes: number): Promise<void> {
  const end = await transfer('PUT', put, transferTimeoutMs, new Blob([makeContent('clean', bytes, user.random)]))
  const code = end.kind === 'silence' ? end.why : isSuccess(end.status) ? null : `http_${end.status}`
  user.recorder.files.overwritten(room, number, uploadId, end.kind === 'answer' ? end.status : null, code)
}

/** Asks the node where the file is; null when it doesn't say. */
async function addressOf(user: VirtualUser, { room, uploadId }: Omit<ShownFile, 'state'>): Promise<FileAddress | null> {
  const answer = await able(user, 'files').address(room, uploadId)
  if (answer.kind !== 'ok') {
    user.recorder.files.url({ room, uploadId }, { why: answer.kind === 'failed' ? answer.code : answer.why })
    return null
  }
  const { url, headers, access, expiresAt } = answer
  user.recorder.files.url({ room, uploadId }, { access, expiresAfterMs: expiresAt === null ? null : expiresAt - Date.now() })
  user.worker.minted.add({ room, uploadId, user: user.assignment.user, address: { url, headers, access, expiresAt } })
  return { url, headers, access, expiresAt }
}

async function read(user: VirtualUser, file: Omit<ShownFile, 'state'>, tried: FileTry, request: FileRequest): Promise<ActResult> {
  const end: Transfer = await transfer('GET', request, transferTimeoutMs)
  const served = end.kind === 'answer' && isSuccess(end.status) ? { bytes: end.content.length, sha256: sha256Of(end.content) } : null
  user.recorder.files.read(file, tried, end.kind === 'answer' ? end.status : null, served)
  if (end.kind === 'silence') return { kind: 'unknown', why: end.why }
  return served === null ? { kind: 'failed', code: `http_${end.status}` } : { kind: 'ok' }
}

/** What is asked for, and how its address is come by. Null: there is nothing of the kind. */
interface Attempt {
  file: Omit<ShownFile, 'state'>
  request: () => Promise<FileRequest | null>
}

const attempts: Readonly<Record<FileTry, (user: VirtualUser, parameters: Parameters) => Attempt | null>> = {
  asMinted: (user, parameters) => ofShown(user, parameters, (file) => addressOf(user, file)),
  tampered: (user, parameters) =>
    ofShown(user, parameters, async (file) => {
      const address = await addressOf(user, file)
      return address === null ? null : tampered(address)
    }),
  borrowed: (user) => ofMinted(user, ({ room }) => !user.assignment.rooms.includes(room)),
  expired: (user) => ofMinted(user, ({ user: holder, address }) => holder === user.assignment.user && (address.expiresAt ?? Infinity) < Date.now()),
  quarantined(user) {
    // What is still being scanned first: it won't be for long.
    const scanning = user.recorder.files.in(['scanning'])
    const file = pick(scanning.length > 0 ? scanning : user.recorder.files.in(['infected', 'error']), user.random)
    return file === undefined ? null : { file, request: () => addressOf(user, file) }
  },
}

function ofShown(user: VirtualUser, parameters: Parameters, request: (file: ShownFile) => Promise<FileRequest | null>): Attempt | null {
  const clean = user.recorder.files.in(['clean']).filter(({ room }) => !user.recorder.gone.has(room))
  const file = parameters['what'] === 'last' ? clean.at(-1) : pick(clean, user.random)
  return file === undefined ? null : { file, request: () => request(file) }
}
function ofMinted(user: VirtualUser, fits: (minted: MintedAddress) => boolean): Attempt | null {
  const minted = pick([...user.worker.minted.all()].filter(fits), user.random)
  return minted === undefined ? null : { file: minted, request: async () => borrowed(minted.address, user.token) }
}

/** As the parameter `try` says it, and as the record does. */
const tries = { 'as-minted': 'asMinted', tampered: 'tampered', borrowed: 'borrowed', expired: 'expired', quarantined: 'quarantined' } as const
function tryOf(said: unknown): FileTry {
  return typeof said === 'string' && Object.hasOwn(tries, said) ? tries[said as keyof typeof tries] : 'asMinted'
}

async function download(user: VirtualUser, parameters: Parameters): Promise<boolean> {
  const tried = tryOf(parameters['try'])
  const attempt = attempts[tried](user, parameters)
  if (attempt === null) return false
  const { file, request } = attempt
  const ended = user.recorder.acts.ask('download', file.room)
  await recorded(ended, { ...fileTimeout, ...parameters }, 'download', async (): Promise<ActResult> => {
    const asked = await request()
    return asked === null ? { kind: 'failed', code: 'no_address' } : read(user, file, tried, asked)
  })
  return true
}

export const fileActs = { upload, download } satisfies Record<string, Act>
