import { defineConfig } from 'vitest/config'
import { projects } from './vitest.workspace.js'

const source = { conditions: ['@ottla/source'] }

export default defineConfig({
  test: {
    projects: projects.map(root => ({
      resolve: source,
      ssr: { resolve: source },
      test: { name: root, root, include: ['**/*.test.ts'], exclude: ['**/dist/**', '**/node_modules/**'], testTimeout: 60_000, hookTimeout: 60_000 },
    })),
  },
})
