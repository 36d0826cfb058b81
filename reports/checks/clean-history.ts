/** A small sound run, from which the tests of checks make theirs: two nodes, three clients, two messages over a cut that bit. */
import type { CheckResult } from '../result.ts'
import type { Check, Guarantees } from './check.ts'
import { examine } from './table.ts'
import { parseHistory } from './text-history.ts'

export const guarantees: Guarantees = { ack: 'majority', delivery: 'every-member', order: 'room', recoveryMs: 5000 }

export const cleanText = `
clients alice@node-1 bob@node-2 carol@node-1
rooms room-1
phase steady 0 1
phase impact 1 3
phase recovery 3 5
phase settle 5 9
fault cut node-*->redis 1 3 bit
0.001 run started node-1
0.002 run started node-2
0.003 run lag 2000
0.004 run residue sockets 0 before=1
0.010 alice connect node-1
0.011 bob connect node-2
0.012 carol connect node-1
0.013 alice expected 1
0.014 bob expected 1
0.015 carol expected 1
0.020 alice joined room-1 1
0.021 bob joined room-1 2
0.022 carol joined room-1 3
0.030 carol syncBegin room-1 2
0.031 carol sees join room-1 3 way=sync
0.032 carol syncComplete room-1 3
0.100 alice sends m1 room-1
0.101 node-1 received m1
0.102 node-1 committed m1 seq=4
0.103 node-1 published m1 seq=4
0.104 node-1 acked m1 seq=4
0.105 node-1 relayed m1 seq=4
0.106 node-2 relayed m1 seq=4
0.110 alice ok m1 4
0.111 alice status m1 sent
0.112 alice gets m1 4
0.113 bob gets m1 4
0.114 carol gets m1 4
0.300 alice status m1 delivered
2.000 bob sends m2 room-1
2.001 node-2 received m2
2.002 node-2 committed m2 seq=5
2.003 node-2 published m2 seq=5
2.010 bob ok m2 5
2.011 bob status m2 sent
2.012 bob gets m2 5
3.200 alice gets m2 5 way=range
3.201 carol gets m2 5 way=range
3.500 bob status m2 delivered
3.600 alice intended m3 room-1
3.600 alice invoked m3 room-1
3.600 alice status m3 queued
3.601 alice attempt m3
3.601 alice status m3 sending
3.602 node-1 committed m3 seq=6
3.603 node-1 published m3 seq=6
3.610 alice ok m3 6
3.611 alice status m3 sent
3.620 alice gets m3 6
3.621 bob gets m3 6
3.622 carol gets m3 6
3.900 alice status m3 delivered
9.000 run settled 1
9.100 audit entry join alice room-1 1
9.101 audit entry join bob room-1 2
9.102 audit entry join carol room-1 3
9.103 audit stored m1 room-1 4 node-1
9.104 audit stored m2 room-1 5 node-2
9.105 audit stored m3 room-1 6 node-1
9.106 audit head room-1 6
9.107 audit read m1 room-1 4
9.108 audit read m2 room-1 5
9.109 audit read m3 room-1 6
9.800 run residue sockets 0
9.900 run exited node-1 0 planned
9.901 run exited node-2 0 planned
`

/** Lines without (each must be there), then lines added. */
export interface Change {
  without?: readonly string[]
  with?: readonly string[]
}

/** `from`: the history that is changed. */
export function changed(change: Change, from = cleanText): string {
  let lines = from.split('\n')
  for (const gone of change.without ?? []) {
    const kept = lines.filter((line) => !line.includes(gone))
    if (kept.length === lines.length) throw new Error(`no line of the history has "${gone}"`)
    lines = kept
  }
  return [...lines, ...(change.with ?? [])].join('\n')
}

/** More goes on in the room: m2 is edited, m1 deleted, carol kicked; then bob sends m4, and carol is refused. */
export const eventful: Change = {
  without: ['audit head', 'audit stored m1', 'audit read m1', 'audit read m2'],
  with: [
    '4.000 bob asks edit m2 body=m2-e1',
    '4.010 bob done edit m2 7',
    '4.011 alice sees edit room-1 7',
    '4.012 bob sees edit room-1 7',
    '4.013 carol sees edit room-1 7',
    '4.100 alice asks delete m1',
    '4.110 alice done delete m1 8',
    '4.111 alice sees delete room-1 8',
    '4.112 bob sees delete room-1 8',
    '4.113 carol sees delete room-1 8',
    '4.200 carol left room-1 9 by=alice',
    '4.201 alice sees leave room-1 9',
    '4.202 bob sees leave room-1 9',
    '4.300 bob sends m4 room-1',
    '4.310 bob ok m4 10',
    '4.311 bob status m4 sent',
    '4.312 alice gets m4 10',
    '4.313 bob gets m4 10',
    '4.400 bob status m4 delivered',
    '4.500 carol sends m5 room-1',
    '4.510 carol failed m5 forbidden',
    '4.511 carol status m5 failed',
    '9.100 audit entry edit bob room-1 7 about=m2',
    '9.100 audit entry delete alice room-1 8 about=m1',
    '9.100 audit entry leave carol room-1 9',
    '9.101 audit stub m1 room-1 4 node-1 rev=8',
    '9.102 audit record m2 room-1 5 rev=7 body=m2-e1',
    '9.103 audit stored m4 room-1 10 node-2',
    '9.104 audit head room-1 10',
    '9.105 audit readStub m1 room-1 4 rev=8',
    '9.106 audit read m2 room-1 5 rev=7 body=m2-e1',
    '9.107 audit read m4 room-1 10',
  ],
}

/** What one check finds in the eventful history with a further change. */
export function examineEventful(check: Check, change: Change = {}, promised: Partial<Guarantees> = {}): CheckResult {
  return examine(check, parseHistory(changed(change, changed(eventful))), { ...guarantees, ...promised })
}

/** What one check finds in the clean history with a change. */
export function examineChanged(check: Check, change: Change = {}, promised: Partial<Guarantees> = {}): CheckResult {
  return examine(check, parseHistory(changed(change)), { ...guarantees, ...promised })
}
