/** One thing wrong with an experiment, where it stands and what to write instead. */
export interface Problem {
  file: string
  /** From 1. */
  line: number
  column: number
  /** `faults.0.cut.link`; empty for the whole file. */
  path: string
  /** What is there: `is 4`, `is missing`, `is not known`. */
  found: string
  expected: string
  /** The next step. */
  fix: string
}

export function renderProblem(problem: Problem): string {
  const place = `${problem.file}:${problem.line}:${problem.column}`
  return `${place}  ${problem.path === '' ? 'the file' : problem.path} ${problem.found}; expected ${problem.expected}\n    ${problem.fix}`
}

export function inOrder(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((left, right) => left.line - right.line || left.column - right.column || left.path.localeCompare(right.path))
}
