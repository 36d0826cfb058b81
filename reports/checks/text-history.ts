/**
 * Histories by hand: one line an event, `seconds who verb arguments key=value…`; blank lines and # comments are skipped.
 *
 *   clients alice@node-1 bob@node-2          who there is, all in every room of `rooms`; each connects, is expected and joins by the other lines
 *   rooms room-1
 *   phase impact 10 20                        from, to
 *   fault cut node-*->redis 11 19 bit         from, to (or -), then bit | missed, and diverged, permanent
 *   access proxy                              how files are given out, as the run declares
 *   defect a file was cut                     the record is broken
 *   failed-step bob: could not join room-1    a client gave up
 *
 *   0.010 alice connect node-1 [session=2]    disconnect, expected 1, joined room-1 1, sees join room-1 1 (an entry, applied)
 *   0.020 alice sends m1 room-1               intended, invoked, attempt, and the statuses queued and sending; each is a verb of its own, too
 *   0.030 alice ok m1 3                       ok, failed m1 code, unknown m1 why, status m1 sent
 *   0.040 bob gets m1 3                       wire, applied and shown; way=live|sync|range|page, on=wire|held|applied, room=, body=
 *   0.050 bob syncBegin room-1 3              syncComplete room-1 head, syncReset room-1 head, heartbeat room-1 head, watermark room-1 delivered
 *   0.055 bob stub room-1 3                   a message without its content: like gets; left room-1 7; alice asks edit m1, done edit m1 7 [of entry], sees… edit
 *   0.060 node-1 received m1                  committed, published, relayed, acked: the journal; seq=
 *   9.000 run settled 1 [what was pending]    started node-1, exited node-1 SIGKILL [planned], lag 5000
 *   9.100 audit stored m1 room-1 3 node-1     body=, id=, epoch=; entry join alice room-1 1; head room-1 3; read m1 room-1 3 (a fresh client)
 *   9.101 audit entry delete alice room-1 7 about=m1     entry ban bob room-1 8 [lifted=1]; what becomes of a message: rev= in stored, read, gets
 *   9.102 audit stub m1 room-1 3 node-1 rev=7            stored without its content; record m1 room-1 3 rev=7 [held=1] [body=]; readStub m1 room-1 3 rev=7
 *   What a client reads on purpose, shows at the end and answers: text-reads.ts; changes, archives, files, presence and what is left: text-stores.ts. A sends or invoked line may name its clientSeq=; without, it is the next one.
 *
 * A message belongs to the client that first intended or invoked it. Times may come in any order.
 */
import { journalStages, type JournalStage } from '../../system/journal-rows.ts'
import { readRows, type TextIds } from './text-reads.ts'
import { auditRows, journalCells, recordIn, residueRow, shownRows } from './text-stores.ts'
import { buildHistory } from '../history/build-history.ts'
import type { History } from '../history/history.ts'
import { accessWays, changeKinds, entryKinds, layers, phases, recordBits, statuses } from '../history/codes.ts'
import { kinds } from '../history/kinds.ts'
import { bodyHash, recordHash } from '../history/record-hash.ts'

export type Cells = Partial<Record<'client' | 'session' | 'room' | 'layer' | 'message' | 'seq' | 'rev' | 'value', number>>
interface Row extends Cells {
  atNs: number
  kind: keyof typeof kinds
}
interface JournalRow {
  atNs: number
  node: number
  stage: number
  room: number
  seq: number
  count: number
  extra: number
  message: number
}
export interface Line {
  atNs: number
  who: string
  verb: string
  words: string[]
  keys: Record<string, string>
}

class Interned {
  readonly list: string[] = []
  id(text: string): number {
    const known = this.list.indexOf(text)
    return known === -1 ? this.list.push(text) - 1 : known
  }
}

const lookup = (table: Readonly<Record<string, number>>, name: string): number => {
  const code = table[name]
  if (code === undefined) throw new Error(`no ${name} among ${Object.keys(table).join(', ')}`)
  return code
}

/** Throws an Error that quotes the line that it can't read. */
export function parseHistory(text: string): History {
  const parser = new TextParser()
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.trim().startsWith('#')) continue
    try {
      parser.line(line.trim())
    } catch (error) {
      throw new Error(`"${line.trim()}": ${error instanceof Error ? error.message : String(error)}`, { cause: error })
    }
  }
  return parser.history()
}

class TextParser {
  readonly #names = new Interned()
  readonly #rooms = new Interned()
  readonly #nodes = new Interned()
  readonly #users: string[] = []
  readonly #messages = new Interned()
  readonly #owners: { client: number; counter: number; foreign: number }[] = []
  readonly #sessions: number[] = []
  readonly #rows: Row[] = []
  readonly #journals: JournalRow[] = []
  readonly #phases: History['phases'][number][] = []
  readonly #faults: History['faults'][number][] = []
  readonly #defects: string[] = []
  readonly #failedSteps: string[] = []
  #capabilities = ['sync', 'receipts', 'status']
  #fileAccess: keyof typeof accessWays | null = null

  line(line: string): void {
    const [first = '', ...rest] = line.split(/\s+/)
    if (/^\d/.test(first)) return this.#event(first, rest)
    if (first === 'clients') for (const word of rest) this.#client(word)
    else if (first === 'rooms') for (const word of rest) this.#rooms.id(word)
    else if (first === 'capabilities') this.#capabilities = rest
    else if (first === 'access') this.#fileAccess = accessWay(rest[0])
    else if (first === 'defect') this.#defects.push(rest.join(' '))
    else if (first === 'failed-step') this.#failedSteps.push(rest.join(' '))
    else if (first === 'phase') this.#phases.push({ name: phaseName(rest[0]), startMs: Number(rest[1]) * 1e3, endMs: Number(rest[2]) * 1e3 })
    else if (first === 'fault') this.#fault(rest)
    else throw new Error(`neither a time nor clients, rooms, capabilities, access, defect, failed-step, phase or fault`)
  }

  #client(word: string): void {
    this.#users.push(word.split('@')[0] ?? word)
    this.#sessions.push(1)
    const node = word.split('@')[1]
    if (node !== undefined) this.#nodes.id(node)
  }

  #fault([fault = '', target = '', from, to, ...flags]: string[]): void {
    const healedAtMs = to === undefined || to === '-' ? null : Number(to) * 1e3
    this.#faults.push({
      fault,
      target,
      injectedAtMs: Number(from) * 1e3,
      healedAtMs,
      bit: flags.includes('bit'),
      evidence: flags.includes('bit') ? ['probe refused'] : [],
      heal: healedAtMs === null ? null : 'probe answered',
      divergence: flags.includes('diverged') ? 'not injected' : null,
      permanent: flags.includes('permanent'),
    })
  }

  #event(time: string, [who = '', verb = '', ...rest]: string[]): void {
    const words = rest.filter((word) => !word.includes('='))
    const keys = Object.fromEntries(
      rest.filter((word) => word.includes('=')).map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
    )
    const line = { atNs: Math.round(Number(time) * 1e9), who, verb, words, keys }
    if (who === 'run') return this.#run(line)
    if (who === 'audit') return this.#audit(line)
    const client = this.#users.indexOf(who)
    if (client !== -1) return this.#act(line, client)
    if (!this.#nodes.list.includes(who)) throw new Error(`${who} is no client and no node`)
    this.#journal(line)
  }

  #row(line: Line, kind: keyof typeof kinds, cells: Cells): void {
    this.#rows.push({ atNs: line.atNs, kind, ...cells })
  }

  #message(name: string | undefined, owner: number): number {
    if (name === undefined) throw new Error('a message is missing')
    const known = this.#messages.list.length
    const id = this.#messages.id(name)
    if (id === known)
      this.#owners.push({
        client: owner,
        counter: owner === -1 ? -1 : this.#owners.filter((one) => one.client === owner).length,
        foreign: owner === -1 ? this.#names.id(name) : -1,
      })
    return id
  }

  #act(line: Line, client: number): void {
    const { verb, words, keys } = line
    if (keys['session'] !== undefined) this.#sessions[client] = Number(keys['session'])
    const session = this.#sessions[client] ?? 1
    const base = { client, session }
    if (this.#operation(line, client, session)) return
    const room = (): number => this.#rooms.id(words[0] ?? '')
    const seq = Number(words[1] ?? -1)
    const epoch = this.#names.id(keys['epoch'] ?? 'epoch-1')
    switch (verb) {
      case 'connect':
        return this.#row(line, 'connect', { ...base, value: this.#names.id(words[0] ?? ''), rev: this.#names.id('boot-1') })
      case 'disconnect':
        return this.#row(line, 'disconnect', { ...base, value: this.#names.id(words[0] ?? 'transport close') })
      case 'expected':
        return this.#row(line, 'expected', { client, value: Number(words[0]) })
      case 'joined':
        return this.#row(line, 'joined', { ...base, room: room(), seq, rev: epoch })
      case 'sees':
        return this.#row(line, 'entry', {
          ...base,
          room: this.#rooms.id(words[1] ?? ''),
          layer: layerOf(keys),
          seq: Number(words[2]),
          rev: Number(words[2]),
          value: lookup(entryKinds, words[0] ?? ''),
        })
      case 'stub':
        return this.#row(line, 'delivery', { ...base, room: room(), layer: layerOf(keys), seq, rev: Number(keys['rev'] ?? seq), value: -1 })
      case 'left':
        return this.#row(line, 'left', { ...base, room: room(), seq, value: this.#names.id(keys['by'] ?? '') })
      case 'asks':
      case 'done':
        return this.#row(line, verb === 'asks' ? 'changeInvoked' : 'changeOk', {
          ...base,
          room: this.#rooms.id(keys['room'] ?? this.#rooms.list[0] ?? 'room-1'),
          message: this.#message(words[1], -1),
          rev: verb === 'asks' ? bodyHash(keys['body'] ?? '') : Number(words[2] ?? -1),
          value: lookup(changeKinds, words[0] ?? ''),
        })
      case 'syncBegin':
        return this.#row(line, 'syncBegin', { ...base, room: room(), seq, rev: Number(keys['generation'] ?? 0) })
      case 'syncComplete':
        return this.#row(line, 'syncComplete', { ...base, room: room(), seq, rev: Number(keys['generation'] ?? 0), value: epoch })
      case 'syncReset':
        return this.#row(line, 'syncReset', { ...base, room: room(), seq, rev: Number(keys['generation'] ?? 1), value: this.#names.id('gap_over_limit') })
      case 'heartbeat':
        return this.#row(line, 'heartbeat', { ...base, room: room(), seq, value: epoch })
      case 'watermark':
        return this.#row(line, 'watermark', { ...base, room: room(), seq, rev: Number(keys['read'] ?? seq) })
      default: {
        const rows = readRows(line, this.#ids()) ?? shownRows(line, this.#ids())
        if (rows === null) throw new Error(`a client has no verb ${verb}`)
        for (const { kind, ...cells } of rows) this.#row(line, kind, { ...base, ...cells })
      }
    }
  }

  #ids(): TextIds {
    return {
      room: (name) => this.#rooms.id(name ?? ''),
      message: (name) => this.#message(name, -1),
      name: (text) => this.#names.id(text),
      home: this.#rooms.list[0] ?? 'room-1',
    }
  }

  #clientSeq(client: number, room: number): number {
    return 1 + this.#rows.filter((row) => row.kind === 'invoked' && row.client === client && row.room === room).length
  }

  /** Verbs about a message. False when it is none of them. */
  #operation(line: Line, client: number, session: number): boolean {
    const { verb, words, keys } = line
    const [name = '', second = ''] = words
    const about = (room: string): Cells => ({
      client,
      session,
      room: this.#rooms.id(room),
      message: this.#message(name, ['sends', 'intended', 'invoked'].includes(verb) ? client : -1),
    })
    const home = keys['room'] ?? this.#rooms.list[0] ?? 'room-1'
    const id = this.#names.id(name)
    const body = bodyHash(keys['body'] ?? name)
    if (verb === 'sends')
      for (const part of ['intended', 'invoked', 'attempt'])
        this.#operation({ ...line, verb: part, words: part === 'attempt' ? [name] : words, keys: { ...keys, room: second } }, client, session)
    if (verb === 'sends') for (const status of ['queued', 'sending'] as const) this.#row(line, 'status', { ...about(second), value: statuses[status] })
    else if (verb === 'intended') this.#row(line, 'intended', { ...about(second), value: body, rev: 1 })
    else if (verb === 'invoked')
      this.#row(line, 'invoked', { ...about(second), seq: Number(keys['clientSeq'] ?? this.#clientSeq(client, this.#rooms.id(second))), value: id })
    else if (verb === 'attempt') this.#row(line, 'attempt', { ...about(home), seq: Number(second || 1), value: id })
    else if (verb === 'ok')
      this.#row(line, 'ok', {
        ...about(home),
        seq: Number(second),
        rev: this.#names.id(keys['epoch'] ?? 'epoch-1'),
        value: this.#names.id(keys['id'] ?? `id-${name}`),
      })
    else if (verb === 'failed') this.#row(line, 'failed', { ...about(home), value: this.#names.id(second) })
    else if (verb === 'unknown') this.#row(line, 'unknown', { ...about(home), seq: 1, value: this.#names.id(second) })
    else if (verb === 'status') this.#row(line, 'status', { ...about(home), value: lookup(statuses, second) })
    else if (verb === 'gets')
      this.#row(line, 'delivery', { ...about(home), layer: layerOf(keys), seq: Number(second), rev: Number(keys['rev'] ?? second), value: body })
    else return false
    return true
  }

  #run(line: Line): void {
    const { verb, words } = line
    const [first = '', ...rest] = words
    if (verb === 'settled') return this.#row(line, 'settled', { value: Number(first), rev: rest.length === 0 ? -1 : this.#names.id(rest.join(' ')) })
    if (verb === 'residue') {
      const { kind, ...cells } = residueRow(line, this.#ids())
      return this.#row(line, kind, cells)
    }
    if (verb === 'lag') return this.#row(line, 'lag', { value: Number(first) })
    if (verb !== 'started' && verb !== 'exited') throw new Error(`a run has no verb ${verb}`)
    this.#nodes.id(first)
    if (verb === 'started') return this.#row(line, 'nodeStarted', { value: this.#names.id(first), seq: 1 })
    const code = Number(rest[0])
    this.#row(line, 'nodeExited', {
      value: this.#names.id(first),
      seq: Number.isNaN(code) ? -1 : code,
      rev: Number.isNaN(code) ? this.#names.id(rest[0] ?? '') : -1,
      layer: rest.includes('planned') ? 1 : 0,
    })
  }

  #audit(line: Line): void {
    const { verb, words, keys } = line
    const [first = '', second = '', third = '', fourth = ''] = words
    const epoch = this.#names.id(keys['epoch'] ?? 'epoch-1')
    if (verb === 'head')
      return this.#row(line, 'auditHead', { room: this.#rooms.id(first), seq: Number(second), value: epoch, layer: Number(keys['layer'] ?? 1) })
    if (verb === 'entry')
      return this.#row(line, 'storedEntry', {
        client: this.#users.indexOf(second),
        room: this.#rooms.id(third),
        seq: Number(fourth),
        rev: epoch,
        value: lookup(entryKinds, first),
        layer: keys['lifted'] === undefined ? 0 : 1,
        message: keys['about'] === undefined ? -1 : this.#message(keys['about'], -1),
      })
    const others = auditRows(line, this.#ids(), (user) => this.#users.indexOf(user ?? ''))
    if (others !== null) {
      for (const { kind, ...cells } of others) this.#row(line, kind, cells)
      return
    }
    const message = this.#message(first, -1)
    const at = { room: this.#rooms.id(second), message, seq: Number(third) }
    const [hash, record] = [bodyHash(keys['body'] ?? first), recordIn(keys, first)]
    const rev = Number(keys['rev'] ?? at.seq)
    const held = keys['held'] === undefined ? 0 : recordBits.held
    const gone = recordHash({ body: null, deleted: { kind: 'author' } })
    if (verb === 'read') return this.#row(line, 'audited', { ...at, rev, value: record, layer: Number(keys['layer'] ?? 2) })
    if (verb === 'readStub') return this.#row(line, 'audited', { ...at, rev, value: gone, layer: Number(keys['layer'] ?? 2) | recordBits.stub })
    if (verb === 'record')
      return this.#row(line, 'storedRecord', { ...at, rev, value: record, layer: held | (keys['gone'] === undefined ? 0 : recordBits.stub) })
    if (verb !== 'stored' && verb !== 'stub') throw new Error(`the audit has no verb ${verb}`)
    const stub = verb === 'stub'
    const sender = { client: this.#owners[message]?.client ?? -1, session: this.#names.id(fourth) }
    this.#row(line, 'stored', { ...at, ...sender, rev, value: stub ? -1 : hash, layer: stub ? recordBits.stub : held })
    this.#row(line, 'storedId', { ...at, rev: epoch, value: this.#names.id(keys['id'] ?? `id-${first}`) })
    if (stub) this.#row(line, 'storedRecord', { ...at, rev, value: gone, layer: recordBits.stub })
  }

  #journal(line: Line): void {
    const stages: Readonly<Record<JournalStage, number>> = journalStages
    const cells = journalCells(line, this.#ids())
    if (cells !== null) return void this.#journals.push({ atNs: line.atNs, node: this.#nodes.id(line.who), room: -1, ...cells })
    this.#journals.push({
      atNs: line.atNs,
      node: this.#nodes.id(line.who),
      stage: lookup(stages, line.verb),
      room: 0,
      seq: Number(line.keys['seq'] ?? -1),
      count: 1,
      extra: 0,
      // `-`: an entry that is no message.
      message: line.words[0] === '-' ? -1 : this.#message(line.words[0], -1),
    })
  }

  history(): History {
    const rows = this.#rows.toSorted((a, b) => a.atNs - b.atNs)
    const journals = this.#journals.toSorted((a, b) => a.atNs - b.atNs)
    const column = (name: Exclude<keyof Cells, 'layer'>): Int32Array => Int32Array.from(rows, (row) => row[name] ?? -1)
    const journal = (name: 'node' | 'room' | 'seq' | 'count' | 'extra' | 'message'): Int32Array => Int32Array.from(journals, (row) => row[name])
    const owner = (name: 'client' | 'counter' | 'foreign'): Int32Array => Int32Array.from(this.#owners, (one) => one[name])
    return buildHistory({
      folder: 'by hand',
      columns: {
        length: rows.length,
        tNs: Float64Array.from(rows, (row) => row.atNs),
        kind: Uint8Array.from(rows, (row) => kinds[row.kind].code),
        layer: Uint8Array.from(rows, (row) => row.layer ?? 0),
        client: column('client'),
        session: column('session'),
        room: column('room'),
        message: column('message'),
        seq: column('seq'),
        rev: column('rev'),
        value: column('value'),
      },
      names: this.#names.list,
      rooms: this.#rooms.list,
      nodes: this.#nodes.list,
      messages: { length: this.#owners.length, client: owner('client'), counter: owner('counter'), foreign: owner('foreign') },
      clients: this.#users.map((user, number) => ({ number, user, device: 'laptop', cohort: 'office', role: 'member', rooms: this.#rooms.list })),
      journals: {
        length: journals.length,
        tNs: Float64Array.from(journals, (row) => row.atNs),
        boot: new Int32Array(journals.length).fill(1),
        stage: Uint8Array.from(journals, (row) => row.stage),
        extra: journal('extra'),
        node: journal('node'),
        room: journal('room'),
        seq: journal('seq'),
        count: journal('count'),
        message: journal('message'),
      },
      files: [],
      defects: this.#defects,
      failedSteps: this.#failedSteps,
      phases: this.#phases,
      faults: this.#faults,
      settleMs: 20_000,
      quiescenceMs: 4_000,
      capabilities: this.#capabilities,
      ...(this.#fileAccess === null ? {} : { fileAccess: this.#fileAccess }),
    })
  }
}

/** `on` how far it came (default: shown), `way` by which (default: live). */
function layerOf(keys: Record<string, string>): number {
  const depth = {
    wire: layers.wire,
    held: layers.wire | layers.held,
    applied: layers.applied | layers.shown,
    shown: layers.wire | layers.applied | layers.shown,
  }
  return lookup(depth, keys['on'] ?? 'shown') | lookup(layers, keys['way'] ?? 'live')
}

function accessWay(text: string | undefined): keyof typeof accessWays {
  const names = Object.keys(accessWays) as (keyof typeof accessWays)[]
  const found = names.find((name) => name === text)
  if (found === undefined) throw new Error(`no way of access ${text}`)
  return found
}

function phaseName(text: string | undefined): keyof typeof phases {
  const names = Object.keys(phases) as (keyof typeof phases)[]
  const found = names.find((name) => name === text)
  if (found === undefined) throw new Error(`no phase ${text}`)
  return found
}
