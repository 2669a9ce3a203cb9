import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { projects } from './vitest.workspace.js'

const source = { conditions: ['@ottla/source'] }

export default defineConfig({
  test: {
    // Vitest leaves one core free; on two cores that would run one file after another, though many tests wait for disks and child processes.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: projects.map(root => ({
      resolve: source,
      ssr: { resolve: source },
      test: { name: root, root, include: ['**/*.test.ts'], exclude: ['**/dist/**', '**/node_modules/**'], testTimeout: 60_000, hookTimeout: 60_000 },
    })),
  },
})
