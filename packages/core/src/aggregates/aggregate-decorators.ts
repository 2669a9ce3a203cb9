import 'reflect-metadata'
import { coreErrors } from '../errors/core-errors.js'
import type { MessageClass } from '../messages/message.js'
import { findMessageDefinition } from '../messages/message-definition.js'
import type { AggregateDefinition, CommandContext, Decided, EventContext } from './aggregate-definition.js'

interface Member {
  readonly message: MessageClass
  readonly method: string
}

interface AggregateMembers {
  readonly handles: Member[]
  readonly applies: Member[]
  aggregate?: AggregateDefinition
}

type MethodDecorator<M> = <T extends M>(prototype: object, method: string, descriptor: TypedPropertyDescriptor<T>) => void

const members = Symbol.for('ottla.aggregate')

/**
 * Declares an aggregate: a class whose fields are the state, whose `@Handle` methods decide and whose `@Apply` methods
 * evolve. `name` is part of every stream's name and must never change.
 */
export function Aggregate(name: string, options: { stateVersion?: number } = {}) {
  return <C extends new () => object>(target: C): void => {
    const { handles, applies } = membersOf(target.prototype)
    const call = (method: string) => target.prototype[method] as (this: object, message: object, context: unknown) => never
    membersOf(target.prototype).aggregate = {
      kind: 'aggregate',
      name,
      stateVersion: options.stateVersion ?? 1,
      initialState: () => new target(),
      handlers: handles.map(({ message, method }) => ({
        command: message,
        returns: returnedMessage(target.prototype, method),
        member: `${target.name}.${method}`,
        handle: (state, command, context) => call(method).call(state, command, context),
      })),
      appliers: applies.map(({ message, method }) => ({
        event: message,
        member: `${target.name}.${method}`,
        apply: (state, event, context) => call(method).call(state, event, context),
      })),
    }
  }
}

/** The method decides this command: it returns an event, several or none, or throws `reject(code)`. It must not change `this`. */
export function Handle<C extends object>(command: MessageClass<C>): MethodDecorator<(command: C, context: CommandContext) => Decided> {
  return (prototype, method) => void membersOf(prototype).handles.push({ message: checked(command, prototype, method), method })
}

/** The method changes the state by this event, and by nothing else. */
export function Apply<E extends object>(event: MessageClass<E>): MethodDecorator<(event: E, context: EventContext) => void> {
  return (prototype, method) => void membersOf(prototype).applies.push({ message: checked(event, prototype, method), method })
}

/** The definition that the decorators of a class made, or undefined when it is no aggregate. */
export function findAggregate(module: unknown): AggregateDefinition | undefined {
  return typeof module === 'function' && module.prototype && members in module.prototype ? membersOf(module.prototype).aggregate : undefined
}

function membersOf(prototype: object): AggregateMembers {
  const holder = prototype as Record<symbol, AggregateMembers>
  if (!Object.hasOwn(holder, members)) Object.defineProperty(holder, members, { value: { handles: [], applies: [] } })
  return holder[members] as AggregateMembers
}

/** The message class that a method's signature promises, where the compiler has emitted it. */
function returnedMessage(prototype: object, method: string): MessageClass | undefined {
  const emitted: unknown = Reflect.getMetadata('design:returntype', prototype, method)
  return typeof emitted === 'function' && findMessageDefinition(emitted as MessageClass) ? (emitted as MessageClass) : undefined
}

function checked<T extends object>(message: MessageClass<T>, prototype: object, method: string): MessageClass<T> {
  if (message) return message
  throw coreErrors.create('MODEL_INVALID', {
    member: `${prototype.constructor.name}.${method}`,
    problem: 'names a message class that is undefined when the file loads',
    cure: 'Two files probably import each other: move the message classes to a file of their own.',
  })
}
