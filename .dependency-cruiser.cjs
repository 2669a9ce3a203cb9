/**
 * The layers of ARCHITECTURE.md as rules. dependency-cruiser cannot load TypeScript 7, so @swc/core parses; it sees type-only imports too.
 * Without a parser it would find no module and report no error: tests/layers.test.ts counts the modules and plants violations.
 */

/** Package → the packages that it may import. Sources and tests alike: a package's tests know no higher layer. */
const layers = {
  core: [],
  eventstore: ['core'],
  projections: ['core', 'eventstore'],
  saga: ['core', 'eventstore'],
  testing: ['core', 'eventstore', 'projections', 'saga'],
  ottla: ['core', 'eventstore', 'projections', 'saga'],
}

/** What belongs to the packages themselves, and not to a library that npm has put below one of them. */
const ours = '^packages/[^/]+/(src|dist|bin)/'
const tests = '\\.(test|fixture)\\.ts$'
const entryPoints = [
  '^packages/[^/]+/src/index\\.ts$',
  '^packages/eventstore/src/(embedded|kafka|registry/server)/index\\.ts$',
  '^packages/testing/src/kafka/index\\.ts$',
]
const thirdParty = name => `(^|node_modules/)${name}(/|$)`

/** Folders of eventstore, and those of its shard, from below: what stands on one line may know each other, and everything on the lines before. */
const folders = [
  {
    of: 'packages/eventstore/src/',
    lines: [
      ['retry', 'codec', 'compatibility', 'registry'],
      ['log'],
      ['groups', 'folder', 'embedded'],
      ['kafka'],
      ['records'],
      ['state'],
      ['model'],
      ['streams', 'replay'],
      ['snapshots'],
      ['restore'],
      ['standby'],
      ['schemas'],
      ['shard'],
    ],
  },
  { of: 'packages/eventstore/src/shard/', lines: [['messages'], ['memory'], ['callers', 'inbox'], ['deciding'], ['owner'], ['dispatch']] },
]

const folderRules = folders.flatMap(({ of, lines }) =>
  lines.slice(0, -1).map((line, index) => {
    const above = lines.slice(index + 1).flat()
    return {
      name: 'folders-look-down',
      comment: `${line.join(', ')} lie below ${above.join(', ')}. Move the code up, or what it needs down.`,
      severity: 'error',
      from: { path: `^${of}(${line.join('|')})/`, pathNot: tests },
      to: { path: `^${of}(${above.join('|')})/` },
    }
  }),
)

const layerRules = Object.entries(layers).map(([name, allowed]) => ({
  name: `layer-${name}`,
  comment: `${name} may import ${allowed.join(', ') || 'no other package'}. Move the code down, or turn the dependency around with a port.`,
  severity: 'error',
  from: { path: `^packages/${name}/` },
  to: { path: ours, pathNot: `^packages/(${[name, ...allowed].join('|')})/` },
}))

module.exports = {
  forbidden: [
    ...layerRules,
    ...folderRules,
    {
      name: 'core-is-pure',
      comment: 'core has no I/O and no dependency but reflect-metadata and node:crypto.',
      severity: 'error',
      from: { path: '^packages/core/src/', pathNot: tests },
      to: { pathNot: [ours, thirdParty('reflect-metadata'), '^(node:)?crypto$'] },
    },
    {
      name: 'examples-use-ottla-only',
      comment: 'Examples are written as a user writes: from the public entry point of ottla (their tests also from @ottla/testing) and third-party libraries.',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: [ours, '^(tests|benchmarks)/'], pathNot: ['^packages/ottla/src/index\\.ts$', '^packages/testing/src/(kafka/)?index\\.ts$'] },
    },
    {
      name: 'examples-run-without-testing',
      comment: '@ottla/testing belongs into tests; its development broker may be started by a program that is for trying out.',
      severity: 'error',
      from: { path: '^examples/', pathNot: tests },
      to: { path: '^packages/testing/src/', pathNot: '^packages/testing/src/kafka/index\\.ts$' },
    },
    {
      name: 'domain-without-infrastructure',
      comment: 'The domain of a sample needs decorators and arithmetic, no I/O.',
      severity: 'error',
      from: { path: '^examples/[^/]+/src/domain/', pathNot: tests },
      to: { pathNot: ['^examples/[^/]+/src/domain/', '^packages/ottla/', thirdParty('big\\.js')] },
    },
    {
      name: 'public-entry-points-only',
      comment: 'Import another package by its name, never a file of its src or dist.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: { path: ours, pathNot: ['^packages/$1/src/', ...entryPoints] },
    },
    {
      name: 'public-entry-points-only-outside',
      comment: 'Tests, benchmarks and examples see the packages as users do.',
      severity: 'error',
      from: { path: '^(examples|tests|benchmarks)/' },
      to: { path: ours, pathNot: entryPoints },
    },
    {
      name: 'never-the-own-index',
      comment: 'Inside a package import the file that has it: an index imported from inside makes cycles.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/src/', pathNot: tests },
      to: { path: '^packages/$1/src/(|embedded/|kafka/|registry/server/)index\\.ts$' },
    },
    {
      name: 'no-cycle',
      comment: 'Modules that need each other are one module or miss a third. Type-only imports count.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'kafkajs-in-kafka-only',
      comment:
        'The driver stays behind the Log port: only packages/eventstore/src/kafka knows it, and the tests and benchmarks that look at a broker past Ottla.',
      severity: 'error',
      from: { pathNot: ['^packages/eventstore/src/kafka/', '^tests/(kafka|faults)/', '^benchmarks/kafka/'] },
      to: { path: thirdParty('kafkajs') },
    },
    {
      name: 'sqlite-in-stores-only',
      comment: 'Only the embedded log, the state store and the views open SQLite files; all else goes through their ports.',
      severity: 'error',
      from: { path: '^packages/', pathNot: ['^packages/eventstore/src/(embedded|folder|state)/', '^packages/projections/src/', tests] },
      to: { path: thirdParty('better-sqlite3') },
    },
    {
      name: 'no-test-runner-in-sources',
      comment: 'What users install works with any test runner, and runs without one.',
      severity: 'error',
      from: { path: '^(packages|examples)/', pathNot: tests },
      to: { path: [thirdParty('(vitest|@vitest|mocha|jest|@jest|chai)'), '^(node:)?test(/|$)'] },
    },
    {
      name: 'no-test-code-in-sources',
      comment: 'Tests and their fixtures are not in the tarballs.',
      severity: 'error',
      from: { pathNot: [tests, '^tests/'] },
      to: { path: tests },
    },
    {
      name: 'no-undeclared-dependency',
      comment: 'A package names what it imports in its own dependencies, or it fails where it is installed.',
      severity: 'error',
      from: { path: '^(packages|examples)/', pathNot: tests },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'resolvable',
      comment: 'The import leads nowhere: is the package installed, and is the path right?',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    parser: 'swc',
    combinedDependencies: false,
    // An import of a package's dist is a violation, so that must be seen; what is compiled elsewhere only doubles its sources.
    doNotFollow: { path: '(^|/)(node_modules|dist)/' },
    exclude: { path: '^(examples/[^/]+|tests|benchmarks)/dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@ottla/source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.d.ts'],
    },
  },
}
