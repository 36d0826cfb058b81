import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from './test-run.ts'
import { createHistoryWriter } from './writer.ts'

const packages = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'shakedown', 'python')
const script = `
import json, sys
import pyarrow.compute as pc, pyarrow.ipc as ipc
rows = ipc.open_stream(sys.argv[1] + '/w.rows.arrow').read_all()
names = ipc.open_stream(sys.argv[1] + '/w.names.arrow').read_all()
rows.validate(full=True)
names.validate(full=True)
print(json.dumps({'schema': [f'{field.name} {field.type}' for field in rows.schema], 'writer': rows.schema.metadata[b'writer'].decode(), 'rows': rows.num_rows,
  'sums': {column: pc.sum(rows[column]).as_py() for column in rows.column_names}, 'names': names.to_pydict()}))
`

beforeAll(() => {
  if (existsSync(join(packages, 'pyarrow'))) return
  mkdirSync(packages, { recursive: true })
  execFileSync('python3', ['-m', 'pip', 'install', '--quiet', '--target', packages, 'pyarrow'], { stdio: 'pipe', timeout: 170_000 })
}, 180_000)

test('pyarrow reads every row and name that a writer wrote', () => {
  const folder = temporaryFolder()
  const writer = createHistoryWriter({ folder, writer: 'w', originNs: 5n })
  const room = writer.name('größter Raum')
  const count = 50_000
  for (let row = 0; row < count; row++) {
    writer.row(row * 1e6 + 2 ** 40, row % 100, 1, room, 7, 23, row, row, row, -row)
    if (row === 17) writer.flush()
  }
  writer.close()
  const total = (count * (count - 1)) / 2
  expect(
    JSON.parse(execFileSync('python3', ['-c', script, folder], { env: { ...process.env, PYTHONPATH: packages }, encoding: 'utf8', timeout: 60_000 })),
  ).toEqual({
    schema: [
      't_ns int64',
      'client int32',
      'session int32',
      'room int32',
      'kind uint8',
      'layer uint8',
      'message int32',
      'seq int32',
      'rev int32',
      'value int32',
    ],
    writer: 'w',
    rows: count,
    sums: {
      t_ns: total * 1e6 + count * 2 ** 40,
      client: (count / 100) * 4950,
      session: count,
      room: 0,
      kind: 7 * count,
      layer: 23 * count,
      message: total,
      seq: total,
      rev: total,
      value: -total,
    },
    names: { id: [0], value: ['größter Raum'] },
  })
})
