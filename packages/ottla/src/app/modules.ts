import { type AggregateDefinition, coreErrors, findAggregate } from '@ottla/core'
import { findProjection, type ProjectionDefinition } from '@ottla/projections'
import { findSaga, type SagaDefinition } from '@ottla/saga'

/** What an app is made of: decorated classes or plain definitions. */
export type Module = (new () => object) | AggregateDefinition | ProjectionDefinition | SagaDefinition

/** The definitions of an app's modules, by kind. */
export interface Definitions {
  readonly aggregates: readonly AggregateDefinition[]
  readonly projections: readonly ProjectionDefinition[]
  readonly sagas: readonly SagaDefinition[]
}

/** Sorts modules by what they are. Throws MODEL_INVALID for one that is none of these, or a projection named twice. */
export function definitionsOf(modules: readonly Module[]): Definitions {
  const aggregates: AggregateDefinition[] = []
  const projections: ProjectionDefinition[] = []
  const sagas: SagaDefinition[] = []
  for (const module of modules) {
    const aggregate = findAggregate(module)
    const projection = findProjection(module)
    const saga = findSaga(module)
    if (aggregate) aggregates.push(aggregate)
    else if (projection) projections.push(projection)
    else if (saga) sagas.push(saga)
    else throw notAModule(module)
  }
  const twice = projections.find(({ name }, index) => projections.findIndex(other => other.name === name) !== index)
  if (twice)
    throw coreErrors.create('MODEL_INVALID', {
      member: twice.name,
      problem: 'is the name of two projections',
      cure: 'Give each a name of its own: it names their views.',
    })
  return { aggregates, projections, sagas }
}

function notAModule(module: unknown): Error {
  const member = (module as { name?: string } | undefined)?.name ?? String(module)
  return coreErrors.create('MODEL_INVALID', {
    member,
    problem: 'is no aggregate, projection or saga',
    cure: 'Decorate the class with @Aggregate, @Projection or @Saga, or make it with aggregate(), projection() or saga(). An undefined module is mostly an import cycle.',
  })
}
