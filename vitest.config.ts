import { defineConfig } from 'vitest/config'

const folders = '{bin,system,scenarios,chaos,reports}/**'
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: [`${folders}/*.test.ts`], exclude: ['**/*.integration.test.ts', '**/*.cluster.test.ts', '**/node_modules/**'] } },
      { test: { name: 'integration', include: [`${folders}/*.integration.test.ts`], testTimeout: 60_000, hookTimeout: 180_000, fileParallelism: false } },
      { test: { name: 'cluster', include: [`${folders}/*.cluster.test.ts`], testTimeout: 180_000, hookTimeout: 180_000, fileParallelism: false } },
    ],
  },
})
