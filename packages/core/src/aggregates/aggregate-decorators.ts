import 'reflect-metadata'
import type { MessageClass } from '../messages/message.js'
import { findMessageDefinition } from '../messages/message-definition.js'
import type { AggregateDefinition, Applied, CommandContext, Decided, EventContext } from './aggregate-definition.js'
import { loadedMessage } from './loaded-message.js'

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
  return (prototype, method) => {
    const member = `${prototype.constructor.name}.${method}`
    add(membersOf(prototype).handles, { message: loadedMessage(command, member), method })
  }
}

/** The method changes the state by this event, and by nothing else. */
export function Apply<E extends object>(event: MessageClass<E>): MethodDecorator<(event: E, context: EventContext) => Applied> {
  return (prototype, method) => {
    const member = `${prototype.constructor.name}.${method}`
    add(membersOf(prototype).applies, { message: loadedMessage(event, member), method })
  }
}

/** The definition that the decorators of a class made, or a plain definition itself; undefined when it is no aggregate. */
export function findAggregate(module: unknown): AggregateDefinition | undefined {
  if ((module as AggregateDefinition | undefined | null)?.kind === 'aggregate') return module as AggregateDefinition
  return typeof module === 'function' && module.prototype && members in module.prototype ? membersOf(module.prototype).aggregate : undefined
}

function membersOf(prototype: object): AggregateMembers {
  const holder = prototype as Record<symbol, AggregateMembers>
  if (!Object.hasOwn(holder, members)) {
    // An aggregate has the methods of its base class too.
    const { handles = [], applies = [] } = holder[members] ?? {}
    Object.defineProperty(holder, members, { value: { handles: [...handles], applies: [...applies] } })
  }
  return holder[members] as AggregateMembers
}

/** The message class that a method's signature promises, where the compiler has emitted it. */
function returnedMessage(prototype: object, method: string): MessageClass | undefined {
  const emitted: unknown = Reflect.getMetadata('design:returntype', prototype, method)
  return typeof emitted === 'function' && findMessageDefinition(emitted as MessageClass) ? (emitted as MessageClass) : undefined
}

/** A method that overrides and decorates one of the base class stays one method. */
function add(list: Member[], member: Member): void {
  if (!list.some(({ message, method }) => message === member.message && method === member.method)) list.push(member)
}
