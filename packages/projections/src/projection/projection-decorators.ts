import { coreErrors, type MessageClass } from '@ottla/core'
import type { View } from '../view/view.js'
import type { Projected, ProjectionContext, ProjectionDefinition } from './projection-definition.js'

interface ProjectionMembers {
  readonly handlers: { readonly event: MessageClass; readonly method: string }[]
  projection?: ProjectionDefinition
}

type HandlerDecorator<M> = <T extends M>(prototype: object, method: string, descriptor: TypedPropertyDescriptor<T>) => void

const members = Symbol.for('ottla.projection')

/**
 * Declares a projection: a class whose `@On` methods fold events into the view, an SQLite file with the tables of
 * `schema`. The view is rebuilt from the log when `version` (default 1), the schema or the set of handled events changes.
 *
 * One frozen instance handles all events: what a projection remembers belongs into the view, where it survives.
 */
export function Projection(name: string, options: { version?: number; schema: string }) {
  return <C extends new () => object>(target: C): void => {
    let instance: object | undefined
    const call = (method: string) => target.prototype[method] as (this: object, event: object, view: View, context: ProjectionContext) => Projected
    membersOf(target.prototype).projection = {
      kind: 'projection',
      name,
      version: options.version ?? 1,
      schema: options.schema,
      handlers: membersOf(target.prototype).handlers.map(({ event, method }) => ({
        event,
        member: `${target.name}.${method}`,
        handle(message, view, context) {
          instance ??= Object.freeze(new target())
          return call(method).call(instance, message, view, context)
        },
      })),
    }
  }
}

/** The method folds this event into the view. Events of aggregates and of sagas alike; order holds within a shard only. */
export function On<E extends object>(event: MessageClass<E>): HandlerDecorator<(event: E, view: View, context: ProjectionContext) => Projected> {
  return (prototype, method) => void membersOf(prototype).handlers.push({ event: checked(event, prototype, method), method })
}

/** The definition that the decorators of a class made, a plain definition as it is, or undefined when the module is no projection. */
export function findProjection(module: unknown): ProjectionDefinition | undefined {
  if (typeof module === 'function') return module.prototype && members in module.prototype ? membersOf(module.prototype).projection : undefined
  return (module as ProjectionDefinition | null | undefined)?.kind === 'projection' ? (module as ProjectionDefinition) : undefined
}

function membersOf(prototype: object): ProjectionMembers {
  const holder = prototype as Record<symbol, ProjectionMembers>
  if (!Object.hasOwn(holder, members)) Object.defineProperty(holder, members, { value: { handlers: [] } })
  return holder[members] as ProjectionMembers
}

function checked<T extends object>(event: MessageClass<T>, prototype: object, method: string): MessageClass<T> {
  if (event) return event
  throw coreErrors.create('MODEL_INVALID', {
    member: `${prototype.constructor.name}.${method}`,
    problem: 'names an event class that is undefined when the file loads',
    cure: 'Two files probably import each other: move the message classes to a file of their own.',
  })
}
