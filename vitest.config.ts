import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { projects, setUps } from './vitest.workspace.js'

const source = { conditions: ['@ottla/source'] }
const inside = (root: string) => projects.filter(other => other.startsWith(`${root}/`)).map(other => `${other.slice(root.length + 1)}/**`)

export default defineConfig({
  test: {
    // Vitest leaves one core free; on two cores that would run one file after another, though many tests wait for disks and child processes.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: projects.map(root => ({
      resolve: source,
      ssr: { resolve: source },
      test: {
        name: root,
        root,
        include: ['**/*.test.ts'],
        exclude: ['**/dist/**', '**/node_modules/**', ...inside(root)],
        globalSetup: setUps[root]?.once ?? [],
        setupFiles: setUps[root]?.each ?? [],
        testTimeout: 60_000,
        hookTimeout: 60_000,
      },
    })),
  },
})
