/** docs/history.md, made from kinds.ts and codes.ts so that the two can't differ. `node reports/history/document.ts > docs/history.md` */
import { pathToFileURL } from 'node:url'
import {
  archiveStates,
  askEnds,
  asks,
  changeKinds,
  entryKinds,
  layers,
  pageAsks,
  phases,
  policies,
  presences,
  recordBits,
  residues,
  statuses,
} from './codes.ts'
import { historyVersion, kinds, messagesPerClient } from './kinds.ts'
import type { KindRow } from './kinds/kind-row.ts'

const codes = (table: Readonly<Record<string, number>>): string =>
  Object.entries(table)
    .map(([name, code]) => `${code} ${name}`)
    .join(', ')

function kindLine(name: string, kind: KindRow): string {
  const columns = Object.entries(kind.columns)
    .map(([column, text]) => `${column} = ${text}`)
    .join('; ')
  return `| ${kind.code} | \`${name}\` | ${kind.about} | ${columns} |`
}

export function historyDocument(): string {
  return `# The history of a run

Made from \`reports/history/kinds.ts\` and \`codes.ts\`; a test compares the two.

\`runs/<id>/history/\` holds what every client and the run itself saw: one row an event, one row a delivery. Each *writer* (a load worker; \`run\` is the harness itself)
leaves two Arrow IPC streams, uncompressed, which any Arrow library reads:

- \`<writer>.rows.arrow\`: \`t_ns int64, client int32, session int32, room int32, kind uint8, layer uint8, message int32, seq int32, rev int32, value int32\`
- \`<writer>.names.arrow\`: \`id int32, value utf8\`. Wherever the table below says "name id", and in the column \`room\`, a row holds an \`id\` of its own writer's names file.

\`t_ns\` is nanoseconds since the start of the run, by the one monotonic clock of the host. A column that a kind doesn't use holds -1 (\`layer\`: 0). The schema's metadata holds \`history_version\` (${historyVersion}), \`writer\` and \`origin_ns\`.
\`message\` is \`client * ${messagesPerClient} + counter\` for a message that a client of the run sent, with counter from 0; below -1 it is a foreign message: \`-(name id) - 2\`.

Rows are written in batches of up to 16,384 and at least every 250 ms, names before the rows that use them. So a killed writer leaves all whole batches up to its end:

| state of a file | meaning |
|---|---|
| closed | ends with the end marker: complete |
| truncated | ends before the end marker; the whole batches are read |
| corrupt | damaged; what lies before the damage is read |
| trailing | bytes after the end marker |

\`checksums.json\` lies beside them, written when the run is closed: for each file that a verdict is made from its bytes and the CRC-32 (RFC 1952) of each block of 65,536 bytes.
The Arrow files stay as every library reads them. A flipped byte, a cut or a file of another run is found with its place; what lies before the damage is read, and every finding is *unknown*.
A run whose harness was killed has no sums and is unknown in any case. A writer whose times go back by more than 0.1 s makes the record doubtful, too.

Beside it: \`manifest.json\` (what was run; rows of each file at close), \`trace.json\` (faults as they happened, exits of nodes), \`journals/<node>.<boot>.rows\` (what each node did; layout in \`system/journal-rows.ts\`).

## Kinds

| code | kind | when | columns |
|---|---|---|---|
${Object.entries(kinds)
  .toSorted(([, left], [, right]) => left.code - right.code)
  .map(([name, kind]) => kindLine(name, kind))
  .join('\n')}

- \`layer\` of \`delivery\` and \`entry\`, a bit set: ${codes(layers)}
- entryKinds: ${codes(entryKinds)}
- statuses: ${codes(statuses)}
- phases: ${codes(phases)}
- changeKinds: ${codes(changeKinds)}
- asks: ${codes(asks)}
- askEnds: ${codes(askEnds)}
- presences: ${codes(presences)}
- recordBits, a bit set: ${codes(recordBits)}
- policies: ${codes(policies)}
- archiveStates: ${codes(archiveStates)}
- residues: ${codes(residues)}
- pageAsks, a bit set: ${codes(pageAsks)}
- A hash of a body is 32-bit FNV-1a over its UTF-16 code units, as a signed int32. A record hash is that of the body followed by what later entries made of it
  (nothing, or \`[edits, kind of deletion, moderation, [[emoji, [users]]]]\` as JSON, emoji sorted): while nothing changed the message it is the hash of the body.
- A foreign message id of a stub in \`stored\` and \`audited\` rows is its clientMessageId; whoever reads the history replaces it by the message that was invoked with that id.

## Reading it

\`npx shakedown history runs/<id> --format ndjson|csv\` prints all writers' rows merged by time, with names in place of ids. With Python and pyarrow:

\`\`\`python
import glob
import pyarrow.compute as pc
import pyarrow.ipc as ipc

for path in glob.glob('runs/<id>/history/*.rows.arrow'):
    rows = ipc.open_stream(path).read_all()
    names = ipc.open_stream(path.replace('.rows.', '.names.')).read_all()['value'].to_pylist()
    deliveries = rows.filter(pc.equal(rows['kind'], ${kinds.delivery.code}))
    print(path, rows.num_rows, 'rows,', deliveries.num_rows, 'deliveries in', sorted({names[room] for room in deliveries['room'].to_pylist()}))
\`\`\`

A file that was cut raises an error at the cut in most libraries: read it batch by batch (\`for batch in ipc.open_stream(path)\`) and keep what came before.
`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.stdout.write(historyDocument())
