import { type AggregateDefinition, coreErrors, findAggregate, findUpcasters, type UpcasterDefinition, Upcasters } from '@ottla/core'
import { findProjection, type ProjectionDefinition } from '@ottla/projections'
import { findSaga, type SagaDefinition } from '@ottla/saga'

/** What an app is made of: decorated classes or plain definitions. */
export type Module = (new () => object) | AggregateDefinition | ProjectionDefinition | SagaDefinition | UpcasterDefinition

/** The definitions of an app's modules, by kind. */
export interface Definitions {
  readonly aggregates: readonly AggregateDefinition[]
  readonly projections: readonly ProjectionDefinition[]
  readonly sagas: readonly SagaDefinition[]
  readonly upcasters: Upcasters
}

/** Sorts modules by what they are. Throws MODEL_INVALID for one that is none of these, a projection named twice, and upcasters that lead nowhere. */
export function definitionsOf(modules: readonly Module[]): Definitions {
  const aggregates: AggregateDefinition[] = []
  const projections: ProjectionDefinition[] = []
  const sagas: SagaDefinition[] = []
  const found: UpcasterDefinition[] = []
  for (const module of modules) {
    const aggregate = findAggregate(module)
    const projection = findProjection(module)
    const saga = findSaga(module)
    // Any class may have upcasters, aggregates too.
    const own = findUpcasters(module)
    found.push(...own)
    if (aggregate) aggregates.push(aggregate)
    else if (projection) projections.push(projection)
    else if (saga) sagas.push(saga)
    else if (own.length === 0) throw notAModule(module)
  }
  const twice = projections.find(({ name }, index) => projections.findIndex(other => other.name === name) !== index)
  if (twice)
    throw coreErrors.create('MODEL_INVALID', {
      member: twice.name,
      problem: 'is the name of two projections',
      cure: 'Give each a name of its own: it names their views.',
    })
  const upcasters = new Upcasters(found)
  const handlers = [
    ...aggregates.map(({ appliers }) => appliers),
    ...projections.map(({ handlers }) => handlers),
    ...sagas.map(({ triggers }) => triggers),
  ].flat()
  upcasters.checkHandlers(handlers)
  return { aggregates, projections: projections.map(definition => ({ ...definition, upcasters })), sagas, upcasters }
}

function notAModule(module: unknown): Error {
  const member = (module as { name?: string } | undefined)?.name ?? String(module)
  return coreErrors.create('MODEL_INVALID', {
    member,
    problem: 'is no aggregate, projection or saga, and has no upcaster',
    cure: 'Decorate the class with @Aggregate, @Projection or @Saga, or a static method of it with @Upcast, or make it with aggregate(), projection(), saga() or upcast(). An undefined module is mostly an import cycle.',
  })
}
