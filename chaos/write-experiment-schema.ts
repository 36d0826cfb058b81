/** Writes experiments/experiment.schema.json anew, after a change of the experiment format or of a fault. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { experimentSchemaText } from './experiment-schema.ts'

writeFileSync(join(import.meta.dirname, 'experiments', 'experiment.schema.json'), experimentSchemaText())
