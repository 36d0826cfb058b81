/**
 * Refuses a script before its run, with file and line: Artillery itself takes a mistyped verb for an HTTP step and a missing
 * engine for an error of the worker.
 */
import { readFileSync } from 'node:fs'
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml'
import { parameterProblem, verbOf } from './verbs.ts'

export interface Problem {
  path: string
  line: number
  column: number
  text: string
}

/** Engines whose flows are written in our verbs (and those of socketio-v3). */
const ourEngines: ReadonlySet<string> = new Set(['chat', 'socketio-v3'])

/** All problems of the script, empty when it can be run. A file that can't be read is one problem. */
export function validateScript(path: string): Problem[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    return [{ path, line: 1, column: 1, text: `can't be read: ${error instanceof Error ? error.message : String(error)}` }]
  }
  return validateScriptText(path, text)
}

export function validateScriptText(path: string, text: string): Problem[] {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const problems: Problem[] = []
  const report: Report = (node, what) => {
    const place = lines.linePos(node?.range?.[0] ?? 0)
    problems.push({ path, line: Math.max(1, place.line), column: Math.max(1, place.col), text: what })
  }
  for (const error of document.errors)
    problems.push({ path, line: error.linePos?.[0].line ?? 1, column: error.linePos?.[0].col ?? 1, text: error.message.split('\n')[0] ?? error.message })
  if (problems.length === 0) checkDocument(document, report)
  return problems
}

type Report = (node: Node | null, text: string) => void

function checkDocument(document: Document, report: Report): void {
  const root = document.contents
  if (!isMap(root)) return report(root, 'a script is a map with config and scenarios')
  if (document.getIn(['config', 'target']) === undefined) report(root, 'config.target is missing')
  const scenarios = resolved(document, root.get('scenarios', true))
  if (!isSeq(scenarios) || scenarios.items.length === 0) return report(scenarios ?? root, 'scenarios must be a list of at least one scenario')
  for (const item of scenarios.items) checkScenario(document, resolved(document, item), report)
}

function checkScenario(document: Document, scenario: Node | null, report: Report): void {
  if (!isMap(scenario)) return report(scenario, 'a scenario is a map with engine and flow')
  const engine: unknown = scenario.get('engine') ?? document.getIn(['config', 'engine']) ?? 'http'
  if (typeof engine !== 'string' || !ourEngines.has(engine)) return
  if (!document.hasIn(['config', 'engines', engine]))
    report(scenario, `config.engines.${engine}: {} is missing, and Artillery doesn't load the engine without it`)
  const flow = resolved(document, scenario.get('flow', true))
  if (!isSeq(flow)) return report(flow ?? scenario, 'flow must be a list of steps')
  for (const item of flow.items) checkStep(document, resolved(document, item), report)
}

function checkStep(document: Document, step: Node | null, report: Report): void {
  // Artillery flattens lists inside a flow (steps shared by a YAML anchor).
  if (isSeq(step)) return step.items.forEach((item) => checkStep(document, resolved(document, item), report))
  if (!isMap(step)) return report(step, 'a step is a map with one verb')
  const keys = step.items.map((pair) => (isScalar(pair.key) ? String(pair.key.value) : ''))
  const found = verbOf(keys)
  if ('problem' in found) return report(step, found.problem)
  const value = resolved(document, step.get(found.verb, true))
  const problem = parameterProblem(found.verb, value?.toJS(document))
  if (problem !== null) report(value ?? step, problem)
  if (found.verb === 'loop' && isSeq(value)) value.items.forEach((item) => checkStep(document, resolved(document, item), report))
}

function resolved(document: Document, value: unknown): Node | null {
  if (isAlias(value)) return value.resolve(document) ?? null
  return isMap(value) || isSeq(value) || isScalar(value) ? value : null
}
