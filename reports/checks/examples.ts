/** For each check a history that it does not pass: what docs/checks.md tells as its example, and what its test begins with. */
import type { CheckResult } from '../result.ts'
import { changed, eventful, guarantees, type Change } from './clean-history.ts'
import type { Guarantees } from './check.ts'
import { changesTold, cursors, files, kicked, presenceText, purged, recordOfM2, untold } from './hand-histories.ts'
import { examineAll } from './table.ts'
import { parseHistory } from './text-history.ts'

interface Example {
  /** What goes wrong in it, in a sentence. */
  says: string
  /** In the language of text-history.ts. */
  text: string
  promised?: Partial<Guarantees>
}

const later = (change: Change): string => changed(change, changed(eventful))
const without = (lines: readonly string[], gone: string): string[] => lines.filter((line) => !line.includes(gone))

/** Two messages that have changed places in the store, and for all who read it: each as `[message, its seq, node]`. */
const swap = ([one, oneSeq, oneNode]: readonly [string, number, string], [two, twoSeq, twoNode]: readonly [string, number, string]): Change => ({
  without: [one, two].flatMap((message) => [`audit stored ${message}`, `audit read ${message}`]),
  with: [
    `9.1 audit stored ${one} room-1 ${twoSeq} ${oneNode}`,
    `9.1 audit stored ${two} room-1 ${oneSeq} ${twoNode}`,
    `9.2 audit read ${one} room-1 ${twoSeq}`,
    `9.2 audit read ${two} room-1 ${oneSeq}`,
  ],
})

export const examples: Readonly<Record<string, Example>> = {
  'acked-is-stored': {
    says: 'A node acked bob’s message and never stored it; another entry took its seq.',
    text: changed({
      without: ['node-2 committed m2', 'node-2 published m2', 'audit stored m2', 'audit read m2'],
      with: ['9.104 audit entry leave dave room-1 5'],
    }),
  },
  'delivered-to-all': {
    says: 'Redis was cut off when bob’s message was published, so it never came to alice, who is on another node; nothing repaired that.',
    text: changed({ without: ['alice gets m2'] }),
  },
  'stored-once': {
    says: 'Alice’s message was sent again, and stored a second time.',
    text: changed({
      without: ['audit head'],
      with: ['3.700 alice attempt m3 2', '9.106 audit stored m3 room-1 7 node-2 id=second', '9.107 audit head room-1 7', '9.108 audit read m3 room-1 7'],
    }),
  },
  'applied-once': {
    says: 'After a reconnect the replay brought a message again, and the client applied it again.',
    text: changed({ with: ['4.0 carol connect node-2 session=2', '4.1 carol gets m3 6 way=sync'] }),
  },
  sequence: {
    says: 'The ack of m1 names the seq that another message has.',
    text: changed({ with: ['4.0 alice ok m1 5'] }),
  },
  'no-phantom': {
    says: 'Carol was shown a message that nobody sent.',
    text: changed({ with: ['4.0 carol gets ghost 7'] }),
  },
  intact: {
    says: 'Carol got another content than bob meant.',
    text: changed({ without: ['carol gets m2'], with: ['3.201 carol gets m2 5 way=range body=altered'] }),
  },
  'refused-is-absent': {
    says: 'Carol was told that her message is refused, and bob got it.',
    text: later({ with: ['4.6 bob gets m5 11 on=wire'] }),
  },
  'sender-order': {
    says: 'Two messages of alice are stored in the other order.',
    text: changed(swap(['m1', 4, 'node-1'], ['m3', 6, 'node-1'])),
  },
  'real-time-order': {
    says: 'Alice sent m3 when m2 had long been acked, and m3 stands before it.',
    text: changed(swap(['m2', 5, 'node-2'], ['m3', 6, 'node-1'])),
  },
  'shown-order': {
    says: 'In the end carol’s screen has m1 below m2.',
    text: changed({ with: ['capabilities sync status view', '9.05 carol view room-1 2', '9.05 carol views m2 5', '9.05 carol views m1 4'] }),
  },
  'sync-honest': {
    says: 'Carol was told that her sync is complete, and m2 came only afterwards.',
    text: changed({
      without: ['carol gets m2'],
      with: [
        '3.1 carol disconnect transport',
        '3.15 carol connect node-2 session=2',
        '3.2 carol syncBegin room-1 4',
        '3.22 carol syncComplete room-1 5',
        '3.3 carol gets m2 5 way=range',
      ],
    }),
  },
  'session-guarantees': {
    says: 'Alice’s message was acked; after a reconnect another node told her that the room ends before it.',
    text: changed({ with: ['4.0 alice connect node-2 session=2', '4.1 alice syncBegin room-1 6', '4.2 alice syncComplete room-1 5'] }),
  },
  causal: {
    says: 'Carol applied an answer before what it answers.',
    text: changed({ without: ['carol gets m2'], with: ['3.6 alice replies m3 5 id=id-m2', '3.9 carol gets m2 5 way=range'] }),
  },
  pagination: {
    says: 'Bob read the page from seq 5 to 6, and m2 was not on it.',
    text: changed({
      with: ['capabilities sync history', '4.0 bob asksPage room-1', '4.1 bob page room-1 4 6 newest=1 more=1', '4.1 bob reads m3 6'],
    }),
  },
  'status-legal': {
    says: 'Alice saw m3 as delivered, and bob never got it.',
    text: changed({ without: ['bob gets m3'] }),
  },
  receipts: {
    says: 'Carol told that she has everything up to m2 before she had applied it.',
    text: changed({ with: [...cursors, '2.100 carol watermark room-1 5 read=0'] }),
  },
  convergence: {
    says: 'In the end bob’s screen has m2 as it was before its edit.',
    text: later({
      without: untold,
      with: [...without(changesTold, 'bob views m2'), ...recordOfM2, '8.001 bob views m2 5', '9.109 audit read m3 room-1 6 rev=11 reacted=+1:carol'],
    }),
  },
  access: {
    says: 'Carol was kicked, which was acked to alice as done; what bob sent after that reached her.',
    text: later({ with: [...kicked, '4.350 carol gets m4 10'] }),
  },
  quarantine: {
    says: 'Bob got the address of an infected file, and its bytes.',
    text: changed({ with: [...files, '0.850 bob url f2 signed expires=30', '0.860 bob fetches f2 200 try=quarantined'] }),
  },
  presence: {
    says: 'An old connection of bob’s ended late and took the newer one along, whose beats went on.',
    text: changed(
      { with: ['25.0 node-1 beat bob number=9', '26.0 node-1 gone bob number=9', '27.0 alice presence bob offline', '28.0 alice presence bob online'] },
      presenceText,
    ),
  },
  retention: {
    says: 'A message was purged as archived, and no archive has it.',
    text: changed({ without: ['audit stored m1', 'audit read m1', 'audit head'], with: without(purged, 'audit archived m1') }),
  },
  'no-stuck-status': {
    says: 'Carol’s message was never answered, and stayed sending to the end.',
    text: changed({ with: ['4.0 carol sends m4 room-1'] }),
  },
  recovery: {
    says: 'Carol was disconnected after the heal and never came back.',
    text: changed({ with: ['4.0 carol disconnect'] }),
  },
  progress: {
    says: 'Bob wanted a message sent during the cut, and its ack came after it. The experiment demands one ack.',
    text: changed({ without: ['bob ok m2'], with: ['3.100 bob ok m2 5'] }),
    promised: { progress: 1 },
  },
  'no-residue': {
    says: 'A key was left in Redis that never expires.',
    text: changed({
      with: ['0.005 run residue redisKeys 1 before=1 where=redis names=stream', '9.801 run residue redisKeys 2 where=redis names=chat:here:room-1,stream'],
    }),
  },
  'fault-bit': {
    says: 'A cut was injected, and every probe went through it.',
    text: changed({ without: ['fault cut'], with: ['fault cut node-*->redis 1 3 missed'] }),
  },
  'generator-fit': {
    says: 'One message in three was never sent, though nothing was wrong with the cluster.',
    text: changed({ with: ['3.9 carol intended m4 room-1'] }),
  },
  'nodes-accounted': {
    says: 'A node was killed, and no fault did it.',
    text: changed({ with: ['4.0 run exited node-2 SIGKILL'] }),
  },
  population: {
    says: 'The record tells of no node that started, so one check had nothing to judge.',
    text: changed({ without: ['run started', 'run exited'] }),
  },
}

/** What a check finds in its example. Throws for a check without one. */
export function examineExample(name: string): CheckResult {
  const example = examples[name]
  if (example === undefined) throw new Error(`no example of ${name}`)
  const found = examineAll(parseHistory(example.text), { ...guarantees, ...example.promised }).find((result) => result.name === name)
  if (found === undefined) throw new Error(`no check ${name}`)
  return found
}
