/** Lines for what the clean and the eventful history don't have: cursors, changes that are told of, a kick that was acked, files, a purge, presence. */
/** Everybody tells how far it has come, and all see it. */
export const cursors = [
  '3.700 alice watermark room-1 6 read=5',
  '3.701 bob watermark room-1 6 read=6',
  '3.702 carol watermark room-1 6 read=0',
  '3.800 alice receipt bob room-1 5 read=5',
  '3.801 alice receipt bob room-1 6 read=6',
  '3.802 alice receipt carol room-1 6',
  '3.803 bob receipt alice room-1 6 read=5',
  '3.804 bob receipt carol room-1 6',
  '3.805 carol receipt alice room-1 6 read=5',
  '3.806 carol receipt bob room-1 6 read=6',
]

/** Of the eventful history: what the edit of m2 (seq 7) and the deletion of m1 (seq 8) bring, and a reaction to m3 (seq 11). */
export const changesTold = [
  '9.1001 audit change edit bob m2 room-1 7 body=m2-e1',
  '9.1002 audit change delete alice m1 room-1 8',
  '9.1003 audit entry react carol room-1 11 about=m3',
  '9.1004 audit change react carol m3 room-1 11 emoji=+1',
  '9.102 audit record m3 room-1 6 rev=11 reacted=+1:carol',
  '9.104 audit head room-1 11',
  '4.020 bob shows m2 5 rev=7 body=m2-e1 edits=1',
  '4.120 bob shows m1 4 rev=8 gone=1 deleted=author',
  '8.000 bob view room-1 3',
  '8.001 bob views m2 5 rev=7 body=m2-e1 edits=1',
  '8.002 bob views m3 6 rev=11 reacted=+1:carol',
  '8.003 bob views m4 10',
]

/** What the edit made of m2. */
export const recordOfM2 = ['9.102 audit record m2 room-1 5 rev=7 body=m2-e1 edits=1', '9.106 audit read m2 room-1 5 rev=7 body=m2-e1 edits=1']

/** Lines of the eventful history in whose place these are. */
export const untold = ['audit record m2', 'audit read m2', 'audit head', 'audit read m3']

/** Alice kicks carol, which is acked at 4.25; bob's m4, seq 10, is committed after that. */
export const kicked = ['4.190 alice asks kick - room=room-1', '4.250 alice done kick - 9', '4.301 node-2 committed m4 seq=10']

/** Alice shares f1 in m1, which becomes clean at 0.5, and f2, which is infected; bob fetches f1 by a signed address. */
export const files = [
  'capabilities sync receipts status files',
  '0.100 alice attaches m1 f1',
  '0.115 bob file f1 scanning m1 4',
  '0.500 node-1 state f1 clean',
  '0.510 bob file f1 clean m1 4',
  '0.600 bob url f1 signed expires=30',
  '0.599 node-2 minted f1 bob seq=4',
  '0.700 bob fetches f1 200',
  '0.800 bob url f2 signed refused=infected',
  '0.900 bob fetches f1 403 try=tampered',
  '9.300 audit upload f1 alice room-1 clean',
  '9.301 audit upload f2 alice room-1 infected',
]

/** M1, seq 4, was archived and purged by seq 7; the room archives after one second, and that has been set for long. */
export const purged = [
  '4.000 node-1 committed - seq=7',
  '9.1000 audit policy room-1 archive 1 set=3 through=4',
  '9.1001 audit purged room-1 7 0 4 archived=1',
  '9.1030 audit stub m1 room-1 4 node-1 rev=4',
  '9.1031 audit record m1 room-1 4 rev=4 gone=1 deleted=retention',
  '9.1060 audit head room-1 7',
  '9.1070 audit read m1 room-1 4 gone=1 deleted=retention',
  '9.2000 audit archive room-1 0 4',
  '9.2001 audit archived m1 room-1 4',
]

/** A beat every three seconds. */
export const beatsOf = (user: string, node: string, number: number, fromS: number, toS: number): string[] =>
  Array.from({ length: Math.floor((toS - fromS) / 3) + 1 }, (_, index) => `${fromS + 3 * index} ${node} beat ${user} number=${number}`)

/** Alice and bob are there for 60 s, carol for 20: bob's beats come from another node; carol's connection is taken back. */
export const presenceText = `
clients alice@node-1 bob@node-2 carol@node-1
rooms room-1
capabilities sync presence
0.010 alice connect node-1
0.011 bob connect node-2
0.012 carol connect node-1
0.013 alice expected 1
0.014 bob expected 1
0.015 carol expected 0
0.020 alice joined room-1 1
0.021 bob joined room-1 2
0.022 carol joined room-1 3
${beatsOf('alice', 'node-1', 1, 1, 60).join('\n')}
${beatsOf('bob', 'node-2', 1, 1, 60).join('\n')}
${beatsOf('carol', 'node-1', 2, 1, 19).join('\n')}
2.0 alice presence bob online
2.1 bob presence alice online
2.2 alice presence carol online
2.3 bob presence carol online
20.0 carol disconnect
21.0 node-1 gone carol number=2
21.5 alice presence carol offline
21.6 bob presence carol offline
60.0 run settled 1
60.1 audit entry join alice room-1 1
60.1 audit entry join bob room-1 2
60.1 audit entry join carol room-1 3
60.2 audit head room-1 3
`
