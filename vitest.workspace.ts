/** The one list of test projects: every package keeps its tests beside its code, `tests` holds what crosses packages. */
export const projects = [
  'packages/core',
  'packages/eventstore',
  'packages/projections',
  'packages/saga',
  'packages/testing',
  'packages/ottla',
  'examples/order-saga',
  'tests',
]
