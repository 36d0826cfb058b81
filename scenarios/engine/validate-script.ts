/**
 * Refuses a script before its run, with file and line: Artillery itself takes a mistyped verb for an HTTP step and a missing
 * engine for an error of the worker.
 */
import { readFileSync } from 'node:fs'
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml'
import type { CapabilityName } from '../driver.ts'
import { readMix } from './mix.ts'
import { parameterProblem, verbOf } from './verbs.ts'

export interface Problem {
  path: string
  line: number
  column: number
  text: string
}

/** Engines whose flows are written in our verbs (and those of socketio-v3). */
const ourEngines: ReadonlySet<string> = new Set(['chat', 'socketio-v3'])

/** All problems of the script, empty when it can be run. A file that can't be read is one problem. `capabilities`: those of the driver that will play it; null: any. */
export function validateScript(path: string, capabilities: readonly CapabilityName[] | null = null): Problem[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    return [{ path, line: 1, column: 1, text: `can't be read: ${error instanceof Error ? error.message : String(error)}` }]
  }
  return validateScriptText(path, text, capabilities)
}

export function validateScriptText(path: string, text: string, capabilities: readonly CapabilityName[] | null = null): Problem[] {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const problems: Problem[] = []
  const report: Report = (node, what) => {
    const place = lines.linePos(node?.range?.[0] ?? 0)
    problems.push({ path, line: Math.max(1, place.line), column: Math.max(1, place.col), text: what })
  }
  for (const error of document.errors)
    problems.push({ path, line: error.linePos?.[0].line ?? 1, column: error.linePos?.[0].col ?? 1, text: error.message.split('\n')[0] ?? error.message })
  if (problems.length === 0) checkDocument({ document, report, capabilities })
  return problems
}

type Report = (node: Node | null, text: string) => void
interface Checking {
  document: Document
  report: Report
  capabilities: readonly CapabilityName[] | null
}

function checkDocument(checking: Checking): void {
  const { document, report } = checking
  const root = document.contents
  if (!isMap(root)) return report(root, 'a script is a map with config and scenarios')
  if (document.getIn(['config', 'target']) === undefined) report(root, 'config.target is missing')
  const scenarios = resolved(document, root.get('scenarios', true))
  if (!isSeq(scenarios) || scenarios.items.length === 0) return report(scenarios ?? root, 'scenarios must be a list of at least one scenario')
  for (const item of scenarios.items) checkScenario(checking, resolved(document, item))
  checkMixVariable(checking)
}

/** The values that a script gives to its variables are played where no run sets them. */
function checkMixVariable({ document, report, capabilities }: Checking): void {
  const node = resolved(document, document.getIn(['config', 'variables', 'mix'], true))
  if (node === null) return
  const read = readMix(node.toJS(document), capabilities)
  if ('problem' in read) report(node, read.problem)
}

function checkScenario(checking: Checking, scenario: Node | null): void {
  const { document, report } = checking
  if (!isMap(scenario)) return report(scenario, 'a scenario is a map with engine and flow')
  const engine: unknown = scenario.get('engine') ?? document.getIn(['config', 'engine']) ?? 'http'
  if (typeof engine !== 'string' || !ourEngines.has(engine)) return
  if (!document.hasIn(['config', 'engines', engine]))
    report(scenario, `config.engines.${engine}: {} is missing, and Artillery doesn't load the engine without it`)
  const flow = resolved(document, scenario.get('flow', true))
  if (!isSeq(flow)) return report(flow ?? scenario, 'flow must be a list of steps')
  for (const item of flow.items) checkStep(checking, resolved(document, item))
}

function checkStep(checking: Checking, step: Node | null): void {
  const { document, report, capabilities } = checking
  // Artillery flattens lists inside a flow (steps shared by a YAML anchor).
  if (isSeq(step)) return step.items.forEach((item) => checkStep(checking, resolved(document, item)))
  if (!isMap(step)) return report(step, 'a step is a map with one verb')
  const keys = step.items.map((pair) => (isScalar(pair.key) ? String(pair.key.value) : ''))
  const found = verbOf(keys)
  if ('problem' in found) return report(step, found.problem)
  const value = resolved(document, step.get(found.verb, true))
  const problem = parameterProblem(found.verb, value?.toJS(document), capabilities)
  if (problem !== null) report(value ?? step, problem)
  if (found.verb === 'loop' && isSeq(value)) value.items.forEach((item) => checkStep(checking, resolved(document, item)))
}

function resolved(document: Document, value: unknown): Node | null {
  if (isAlias(value)) return value.resolve(document) ?? null
  return isMap(value) || isSeq(value) || isScalar(value) ? value : null
}
