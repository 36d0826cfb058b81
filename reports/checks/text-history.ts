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
 *   0.010 alice connect node-1 [session=2]    disconnect, expected 1, asksJoin room-1, joined room-1 1, sees join room-1 1 (an entry, applied)
 *   0.020 alice sends m1 room-1               intended, invoked, attempt, and the statuses queued and sending; each is a verb of its own, too
 *   0.030 alice ok m1 3                       ok, failed m1 code, unknown m1 why, status m1 sent
 *   0.040 bob gets m1 3                       wire, applied and shown; way=live|sync|range|page, on=wire|held|applied, room=, body=
 *   0.040 bob author m1 alice                 under whose name he is shown it
 *   0.050 bob syncBegin room-1 3              syncComplete room-1 head, syncReset room-1 head, heartbeat room-1 head, watermark room-1 delivered
 *   0.055 bob stub room-1 3                   a message without its content: like gets; left room-1 7; alice asks edit m1, done edit m1 7 [of entry], sees… edit
 *   0.056 alice asksAbout kick bob           doneAbout kick 9, refused kick forbidden; number=1 for the second change by its client
 *   0.060 node-1 received m1                  committed, published, relayed, acked: the journal; seq=
 *   9.000 run settled 1 [what was pending]    started node-1, exited node-1 SIGKILL [planned], lag 5000
 *   9.100 audit stored m1 room-1 3 node-1     body=, id=, epoch=; entry join alice room-1 1; head room-1 3; read m1 room-1 3 (a fresh client)
 *   9.101 audit entry delete alice room-1 7 about=m1     entry ban bob room-1 8 [lifted=1]; what becomes of a message: rev= in stored, read, gets
 *   9.102 audit stub m1 room-1 3 node-1 rev=7            stored without its content; record m1 room-1 3 rev=7 [held=1] [body=]; readStub m1 room-1 3 rev=7
 *   Files and other people: text-shown.ts; what a client reads on purpose and shows at the end: text-reads.ts; more of the audit: text-audit.ts, of
 *   journals: text-journal.ts. 9.9 run residue sockets 0 before=1: where=node-1, names=a,b; without before: after the last client went.
 *   A sends or invoked line may name its clientSeq=; without, it is the next one.
 *
 * A message belongs to the client that first intended or invoked it. Times may come in any order.
 */
import { buildHistory } from '../history/build-history.ts'
import { accessWays, phases } from '../history/codes.ts'
import { columnsOf, type RowCells } from '../history/columns.ts'
import type { History } from '../history/history.ts'
import { auditRows } from './text-audit.ts'
import { journalCells, journalRowsOf, type TextJournalRow } from './text-journal.ts'
import { lineOf, nameIn, type Line, type TextIds } from './text-line.ts'
import { messageRows } from './text-messages.ts'
import { readRows } from './text-reads.ts'
import { runRow } from './text-run.ts'
import { sessionRows } from './text-sessions.ts'
import { shownRows } from './text-shown.ts'

class Interned {
  readonly list: string[] = []
  id(text: string): number {
    const known = this.list.indexOf(text)
    return known === -1 ? this.list.push(text) - 1 : known
  }
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
  readonly #rows: RowCells[] = []
  readonly #journals: TextJournalRow[] = []
  readonly #phases: History['phases'][number][] = []
  readonly #faults: History['faults'][number][] = []
  readonly #defects: string[] = []
  readonly #failedSteps: string[] = []
  #capabilities = ['sync', 'receipts', 'status']
  #fileAccess: keyof typeof accessWays | null = null

  line(line: string): void {
    const [first = '', ...rest] = line.split(/\s+/)
    if (/^\d/.test(first)) return this.#event(lineOf(first, rest))
    if (first === 'clients') for (const word of rest) this.#client(word)
    else if (first === 'rooms') for (const word of rest) this.#rooms.id(word)
    else if (first === 'capabilities') this.#capabilities = rest
    else if (first === 'access') this.#fileAccess = nameIn(accessWays, rest[0])
    else if (first === 'defect') this.#defects.push(rest.join(' '))
    else if (first === 'failed-step') this.#failedSteps.push(rest.join(' '))
    else if (first === 'phase') this.#phases.push({ name: nameIn(phases, rest[0]), startMs: Number(rest[1]) * 1e3, endMs: Number(rest[2]) * 1e3 })
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

  #event(line: Line): void {
    const { atNs, who, verb, words } = line
    const ids = this.#ids()
    const client = this.#users.indexOf(who)
    if (who === 'run') {
      if (verb === 'started' || verb === 'exited') this.#nodes.id(words[0] ?? '')
      this.#rows.push({ atNs, ...runRow(line, ids) })
    } else if (who === 'audit') for (const row of auditRows(line, ids)) this.#rows.push({ atNs, ...row })
    else if (client !== -1) this.#act(line, client)
    else if (this.#nodes.list.includes(who)) this.#journals.push({ atNs, node: this.#nodes.id(who), ...journalCells(line, ids) })
    else throw new Error(`${who} is no client and no node`)
  }

  #act(line: Line, client: number): void {
    const { atNs, verb, keys } = line
    if (keys['session'] !== undefined) this.#sessions[client] = Number(keys['session'])
    const ids = this.#ids()
    const rows = messageRows(line, client, ids) ?? sessionRows(line, ids) ?? readRows(line, ids) ?? shownRows(line, ids)
    if (rows === null) throw new Error(`a client has no verb ${verb}`)
    for (const row of rows) this.#rows.push({ atNs, client, session: this.#sessions[client] ?? 1, ...row })
  }

  #ids(): TextIds {
    return {
      room: (name) => this.#rooms.id(name ?? ''),
      message: (name, owner) => this.#message(name, owner ?? -1),
      name: (text) => this.#names.id(text),
      client: (user) => this.#users.indexOf(user ?? ''),
      sender: (message) => this.#owners[message]?.client ?? -1,
      invoked: (client, room) => this.#rows.filter((row) => row.kind === 'invoked' && row.client === client && row.room === room).length,
      home: this.#rooms.list[0] ?? 'room-1',
    }
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

  history(): History {
    const owner = (name: 'client' | 'counter' | 'foreign'): Int32Array => Int32Array.from(this.#owners, (one) => one[name])
    return buildHistory({
      folder: 'by hand',
      columns: columnsOf(this.#rows),
      names: this.#names.list,
      rooms: this.#rooms.list,
      nodes: this.#nodes.list,
      messages: { length: this.#owners.length, client: owner('client'), counter: owner('counter'), foreign: owner('foreign') },
      clients: this.#users.map((user, number) => ({ number, user, device: 'laptop', cohort: 'office', role: 'member', rooms: this.#rooms.list })),
      journals: journalRowsOf(this.#journals),
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
