import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')

it('finds nothing to lint or to format', () => {
  const biome = spawnSync(join(root, 'node_modules/.bin/biome'), ['check', '.', '--colors=off', '--error-on-warnings'], { cwd: root, encoding: 'utf8' })
  expect(biome.status, `${biome.stdout}\n${biome.stderr}`).toBe(0)
  expect(biome.stdout + biome.stderr).toMatch(/Checked \d{2,} files/)
})
