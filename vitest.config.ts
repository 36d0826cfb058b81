import { defineConfig } from 'vitest/config'
import type { TestModule } from 'vitest/node'

const folders = '{bin,system,scenarios,chaos,reports}/**'

/** The last line of a run, for people and for CI: `N passed, N failed`. */
const closingLine = {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]) {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: string) => tests.filter((test) => test.result().state === state).length
    const broken =
      unhandled.length +
      modules.filter((module) => module.state() === 'failed' && ![...module.children.allTests()].some((test) => test.result().state === 'failed')).length
    process.on('exit', () => console.log(`${count('passed')} passed, ${count('failed') + broken} failed`))
  },
}

export default defineConfig({
  test: {
    reporters: ['default', closingLine],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [`${folders}/*.test.ts`],
          exclude: ['**/*.integration.test.ts', '**/*.cluster.test.ts', '**/node_modules/**'],
          testTimeout: 30_000,
          // Their modules keep no state that one file could leave to the next, and to load them anew for each took most of the time.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: [`${folders}/*.integration.test.ts`],
          testTimeout: 60_000,
          hookTimeout: 240_000,
          // They mostly wait for real timers; a core each is enough.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'cluster',
          include: [`${folders}/*.cluster.test.ts`],
          testTimeout: 180_000,
          hookTimeout: 240_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
