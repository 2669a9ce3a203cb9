import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

interface Cruise {
  readonly summary: {
    readonly totalCruised: number
    readonly violations: readonly { readonly from: string; readonly to: string; readonly rule: { readonly name: string } }[]
  }
}

const root = join(import.meta.dirname, '..')

/** What `npm run check`, which names the same folders, sees in `folder`, as `rule: from → to`. */
function cruise(folder: string): { modules: number; violations: string[] } {
  const args = [join(root, 'node_modules/.bin/depcruise'), '--config', join(root, '.dependency-cruiser.cjs')]
  const folders = [...globSync('packages/*/src', { cwd: folder }), 'examples', 'tests', 'benchmarks']
  const output = execFileSync(process.execPath, [...args, ...folders, '--output-type', 'json'], { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 })
  const { summary } = JSON.parse(output) as Cruise
  return { modules: summary.totalCruised, violations: summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`) }
}

describe('the tree', () => {
  it('keeps its layers', () => {
    const { modules, violations } = cruise(root)
    expect(violations).toEqual([])
    expect(modules).toBeGreaterThan(50)
  })

  it('imports no type inline, where the parser does not see it', () => {
    const inline = globSync('{packages,examples,tests,benchmarks}/**/*.ts', { cwd: root, exclude: name => /node_modules|dist/.test(name) }).filter(file =>
      /typeof import\(|\bimport\(['"][^'"]+['"]\)\.(?!then\b|catch\b)/.test(readFileSync(join(root, file), 'utf8')),
    )
    expect(inline.filter(file => file !== 'tests/layers.test.ts')).toEqual([])
  })
})

const planted: Record<string, string> = {
  // What is allowed.
  'packages/core/src/index.ts': "export { a } from './a.js'",
  'packages/core/src/a.ts': "import 'reflect-metadata'\nimport { randomUUID } from 'node:crypto'\nexport const a = randomUUID",
  'packages/eventstore/src/index.ts': "import { a } from '@ottla/core'\nexport const e = a",
  'packages/eventstore/src/embedded/index.ts': "import Database from 'better-sqlite3'\nexport const d = Database",
  'packages/projections/src/index.ts': "import Database from 'better-sqlite3'\nexport const p = Database",
  'packages/saga/src/index.ts': "import { d } from '@ottla/eventstore/embedded'\nexport const s = d",
  'packages/ottla/src/index.ts': "import { p } from '@ottla/projections'\nimport { s } from '@ottla/saga'\nexport const o = [p, s]",
  'packages/ottla/src/ottla.test.ts': "import { o } from './index.js'\nimport { it } from 'vitest'\nit('', () => o)",
  'examples/shop/src/main.ts': "import { o } from 'ottla'\nexport const m = o",
  // What is not.
  'packages/core/src/reads-files.ts': "import { readFileSync } from 'node:fs'\nexport const r = readFileSync",
  'packages/core/src/speaks-kafka.ts': "import type { Kafka } from 'kafkajs'\nexport type K = Kafka",
  'packages/core/src/looks-up.ts': "import type { e } from '@ottla/eventstore'\nexport type E = typeof e",
  'packages/core/src/looks-up.test.ts': "import { o } from 'ottla'\nexport const x = o",
  'packages/eventstore/src/cycle-a.ts': "import { b } from './cycle-b.js'\nexport const a = (): unknown => b",
  'packages/eventstore/src/cycle-b.ts': "import { a } from './cycle-a.js'\nexport const b = (): unknown => a",
  'packages/eventstore/src/type-cycle-a.ts': "import type { B } from './type-cycle-b.js'\nexport interface A { b: B }",
  'packages/eventstore/src/type-cycle-b.ts': "import { type A } from './type-cycle-a.js'\nexport interface B { a: A }",
  'packages/eventstore/src/uses-index.ts': "import { e } from './index.js'\nexport const u = e",
  'packages/eventstore/src/uses-own-name.ts': "export { e } from '@ottla/eventstore'",
  'packages/eventstore/src/log/opens-sqlite.ts': "import type Database from 'better-sqlite3'\nexport type D = Database.Database",
  'packages/eventstore/src/shard/messages/knows-owner.ts': "import type { O } from '../owner/owner.js'\nexport type K = O",
  'packages/eventstore/src/shard/owner/owner.ts': "import type { K } from '../../restore/looks-up.js'\nexport type O = K",
  'packages/eventstore/src/restore/looks-up.ts': "export type { R } from '../shard/dispatch/reply.js'\nexport type K = 1",
  'packages/eventstore/src/shard/dispatch/reply.ts': 'export type R = 1',
  'packages/saga/src/opens-sqlite.ts': "import Database from 'better-sqlite3'\nexport const s = Database",
  'packages/saga/src/knows-views.ts': "import type { p } from '@ottla/projections'\nexport type P = typeof p",
  'packages/projections/src/knows-sagas.ts': "import { s } from '@ottla/saga'\nexport const k = s",
  'packages/projections/src/digs.ts': "export { a } from '../../core/src/a.js'",
  'packages/eventstore/src/knows-views.ts': "export { p } from '@ottla/projections'",
  'packages/testing/src/index.ts': "export { o } from 'ottla'",
  'packages/ottla/src/knows-testing.ts': "export { o } from '@ottla/testing'",
  'examples/shop/src/knows-testing.ts': "export { o } from '@ottla/testing'",
  'packages/projections/src/digs-dist.ts': "export { a } from '../../core/dist/a.js'",
  'packages/core/dist/a.js': 'export const a = 1',
  'packages/ottla/src/has-its-own.ts': "import { Command } from 'commander'\nexport const c = Command",
  'packages/testing/src/runs.ts': "import { it } from 'vitest'\nexport const i = it",
  'packages/saga/src/tried.ts': "import { f } from './tried.fixture.js'\nexport const t = f",
  'packages/saga/src/tried.fixture.ts': "import { vi } from 'vitest'\nexport const f = vi",
  'packages/ottla/src/undeclared.ts': "import Table from 'cli-table3'\nexport const t = Table",
  'packages/ottla/src/lost.ts': "export const lost = await import('./nowhere.js')",
  'examples/shop/src/digs.ts': "import { a } from '@ottla/core'\nexport const d = a",
  'examples/shop/src/domain/reads-files.ts': "import { readFileSync } from 'node:fs'\nexport const r = readFileSync",
  'tests/digs.test.ts': "import { a } from '../packages/core/src/a.js'\nexport const t = a",
}

const libraries = ['reflect-metadata', 'better-sqlite3', 'kafkajs', 'vitest', 'cli-table3']
const declared: Record<string, string[]> = {
  core: ['reflect-metadata', 'kafkajs'],
  eventstore: ['better-sqlite3'],
  projections: ['better-sqlite3'],
  saga: ['better-sqlite3'],
  testing: [],
  ottla: ['commander'],
}

describe('a planted tree', () => {
  let folder = ''
  let violations: string[] = []

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ottla-'))
    plant(folder)
    violations = cruise(folder).violations
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each([
    'core-is-pure: packages/core/src/reads-files.ts → fs',
    'core-is-pure: packages/core/src/speaks-kafka.ts → node_modules/kafkajs/index.js',
    'kafkajs-in-kafka-only: packages/core/src/speaks-kafka.ts → node_modules/kafkajs/index.js',
    'layer-core: packages/core/src/looks-up.ts → packages/eventstore/src/index.ts',
    'layer-core: packages/core/src/looks-up.test.ts → packages/ottla/src/index.ts',
    'no-cycle: packages/eventstore/src/cycle-a.ts → packages/eventstore/src/cycle-b.ts',
    'no-cycle: packages/eventstore/src/type-cycle-a.ts → packages/eventstore/src/type-cycle-b.ts',
    'never-the-own-index: packages/eventstore/src/uses-index.ts → packages/eventstore/src/index.ts',
    'never-the-own-index: packages/eventstore/src/uses-own-name.ts → packages/eventstore/src/index.ts',
    'sqlite-in-stores-only: packages/eventstore/src/log/opens-sqlite.ts → node_modules/better-sqlite3/index.js',
    'folders-look-down: packages/eventstore/src/shard/messages/knows-owner.ts → packages/eventstore/src/shard/owner/owner.ts',
    'folders-look-down: packages/eventstore/src/restore/looks-up.ts → packages/eventstore/src/shard/dispatch/reply.ts',
    'sqlite-in-stores-only: packages/saga/src/opens-sqlite.ts → node_modules/better-sqlite3/index.js',
    'layer-saga: packages/saga/src/knows-views.ts → packages/projections/src/index.ts',
    'layer-projections: packages/projections/src/knows-sagas.ts → packages/saga/src/index.ts',
    'layer-eventstore: packages/eventstore/src/knows-views.ts → packages/projections/src/index.ts',
    'layer-testing: packages/testing/src/index.ts → packages/ottla/src/index.ts',
    'layer-ottla: packages/ottla/src/knows-testing.ts → packages/testing/src/index.ts',
    'examples-run-without-testing: examples/shop/src/knows-testing.ts → packages/testing/src/index.ts',
    'public-entry-points-only: packages/projections/src/digs.ts → packages/core/src/a.ts',
    'public-entry-points-only: packages/projections/src/digs-dist.ts → packages/core/dist/a.js',
    'no-test-runner-in-sources: packages/testing/src/runs.ts → node_modules/vitest/index.js',
    'no-test-code-in-sources: packages/saga/src/tried.ts → packages/saga/src/tried.fixture.ts',
    'no-undeclared-dependency: packages/ottla/src/undeclared.ts → node_modules/cli-table3/index.js',
    'resolvable: packages/ottla/src/lost.ts → ./nowhere.js',
    'examples-use-ottla-only: examples/shop/src/digs.ts → packages/core/src/index.ts',
    'domain-without-infrastructure: examples/shop/src/domain/reads-files.ts → fs',
    'public-entry-points-only-outside: tests/digs.test.ts → packages/core/src/a.ts',
  ])('is reported: %s', violation => {
    expect(violations).toContain(violation)
  })

  it('breaks every rule that there is', () => {
    const { forbidden } = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as { forbidden: { name: string }[] }
    const broken = new Set(violations.map(violation => violation.split(':')[0]))
    expect(forbidden.map(({ name }) => name).filter(name => !broken.has(name))).toEqual([])
  })

  it('has no violation where imports are allowed', () => {
    const clean = [
      ...Object.keys(planted).slice(0, 9),
      'packages/eventstore/src/shard/owner/owner.ts',
      'packages/ottla/src/has-its-own.ts',
      'packages/saga/src/tried.fixture.ts',
    ]
    expect(violations.filter(violation => clean.some(file => violation.includes(`: ${file} →`)))).toEqual([])
  })
})

function plant(folder: string): void {
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  write('package.json', JSON.stringify({ name: 'planted', type: 'module' }))
  write('benchmarks/empty.ts', 'export {}')
  for (const [path, text] of Object.entries(planted)) write(path, text)
  for (const name of libraries) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }))
    write(`node_modules/${name}/index.js`, 'module.exports = {}')
  }
  write('packages/ottla/node_modules/commander/package.json', JSON.stringify({ name: 'commander', version: '1.0.0', main: 'index.js' }))
  write('packages/ottla/node_modules/commander/index.js', 'exports.Command = 1')
  mkdirSync(join(folder, 'node_modules/@ottla'))
  for (const [name, dependencies] of Object.entries(declared)) {
    const full = name === 'ottla' ? name : `@ottla/${name}`
    const exports = { '.': { '@ottla/source': './src/index.ts' }, './embedded': { '@ottla/source': './src/embedded/index.ts' } }
    write(
      `packages/${name}/package.json`,
      JSON.stringify({ name: full, type: 'module', exports, dependencies: Object.fromEntries(dependencies.map(d => [d, '1.0.0'])) }),
    )
    symlinkSync(join(folder, 'packages', name), join(folder, 'node_modules', full))
  }
}
