/** The one list of test projects: every package keeps its tests beside its code, `tests` holds what crosses packages. A project has the files of no project inside it. */
export const projects = [
  'packages/core',
  'packages/eventstore',
  'packages/projections',
  'packages/saga',
  'packages/testing',
  'packages/ottla',
  'examples/order-saga',
  'tests',
  'tests/kafka',
  'tests/faults',
]

/** What runs before the tests of a project: once before all (in Vitest's own process), and in each file. */
export const setUps: Readonly<Record<string, { readonly once: string; readonly each: string }>> = {
  'tests/kafka': { once: './shared-broker.ts', each: './needs-broker.ts' },
  'tests/faults': { once: '../kafka/shared-broker.ts', each: '../kafka/needs-broker.ts' },
}
