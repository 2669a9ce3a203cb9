import type { MessageClass, Rejection } from '@ottla/core'
import { checkSaga, modelInvalid } from './check-saga.js'
import type { Attempts, SagaDefinition, SagaReply, Sends } from './saga-definition.js'
import { definitionOf, type SagaMember, type SagaRole } from './saga-members.js'

type StepMethod = () => Sends
/** The command, or one of the commands, that a step method returns. */
type CommandOf<M> = M extends (...given: never[]) => infer R ? CommandIn<Exclude<R, undefined | void>> : never
type CommandIn<R> = R extends readonly (infer C)[] ? C : R
type Decorator<M> = <T extends M>(prototype: object, method: string, descriptor: TypedPropertyDescriptor<T>) => void

const members = Symbol.for('ottla.saga')

interface SagaClass {
  readonly members: SagaMember[]
  definition?: SagaDefinition
}

/**
 * Declares a saga: a class whose fields are its state and whose `@Step` methods send commands, one after another in the
 * order of their declaration. `name` is part of its streams and command ids and must never change.
 *
 * Throws MODEL_INVALID, naming class, member and cure, when the class cannot be run.
 */
export function Saga(name: string, options: { readonly stateVersion?: number } = {}) {
  return <C extends new () => object>(target: C): void => {
    const saga = sagaClass(target.prototype)
    const definition = definitionOf(target, name, options.stateVersion ?? 1, saga.members)
    checkSaga(definition)
    saga.definition = definition
  }
}

/**
 * The method takes over from the event what the saga needs later, and begins a saga. Its id is the id of the aggregate whose
 * event it is, unless `id` says otherwise; another event for a saga that exists already is ignored.
 */
export function StartsOn<E extends object>(
  event: MessageClass<E>,
  options: { readonly id?: (event: E, streamId: string) => string } = {},
): Decorator<(event: E) => void> {
  return (prototype, method) => add(prototype, { role: 'StartsOn', method, event, sagaId: options.id as SagaMember['sagaId'] })
}

/**
 * The method returns the command of a step, several (sent in parallel), or nothing (the step is skipped). The next step follows
 * when all are accepted; what is not is compensated, see `@Compensate`. It must not change `this`.
 */
export function Step(attempts: Attempts = {}): Decorator<StepMethod> {
  return (prototype, method) => add(prototype, { role: 'Step', method, attempts })
}

/**
 * The method returns what undoes a command of the step: a command, several or nothing. It is asked for every command that was
 * accepted, or may still be since it failed or timed out in every attempt: so what it sends must also be accepted where there
 * is nothing to undo. When that is rejected or fails in every attempt, the saga is parked with the reason.
 */
export function Compensate<N extends string>(step: N, attempts: Attempts = {}) {
  return <P extends Record<N, StepMethod>, T extends (command: CommandOf<P[N]>) => Sends>(
    prototype: P,
    method: string,
    _descriptor: TypedPropertyDescriptor<T>,
  ): void => add(prototype, { role: 'Compensate', method, step, attempts })
}

/** The method takes over from the answer to a command of the step what the saga needs later; a failure is given when it is not tried again. */
export function OnReply<N extends string>(step: N) {
  return <P extends Record<N, StepMethod>, T extends (reply: SagaReply<CommandOf<P[N]>>) => void>(
    prototype: P,
    method: string,
    _descriptor: TypedPropertyDescriptor<T>,
  ): void => add(prototype, { role: 'OnReply', method, step })
}

/** The method returns the last command (or several) of a saga whose steps were all made. Rejected or failed for good, it parks the saga. */
export function Completed(attempts: Attempts = {}): Decorator<() => Sends> {
  return (prototype, method) => add(prototype, { role: 'Completed', method, attempts })
}

/** The method returns the last command (or several) of a saga that was undone; `reason` is the rejection, or the failure, that led to it. */
export function Compensated(attempts: Attempts = {}): Decorator<(reason: Rejection) => Sends> {
  return (prototype, method) => add(prototype, { role: 'Compensated', method, attempts })
}

/** The definition of a decorated class, or the module itself where it is one; undefined when it is no saga. */
export function findSaga(module: unknown): SagaDefinition | undefined {
  if ((module as SagaDefinition | undefined)?.kind === 'saga') return module as SagaDefinition
  return typeof module === 'function' && module.prototype && members in module.prototype ? sagaClass(module.prototype).definition : undefined
}

function sagaClass(prototype: object): SagaClass {
  const holder = prototype as Record<symbol, SagaClass>
  if (!Object.hasOwn(holder, members)) Object.defineProperty(holder, members, { value: { members: [...(holder[members]?.members ?? [])] } })
  return holder[members] as SagaClass
}

function add(prototype: object, member: SagaMember): void {
  const all = sagaClass(prototype).members
  const same = all.find(({ method }) => method === member.method)
  const compatible = (role: SagaRole) => role === 'StartsOn' && member.role === 'StartsOn'
  if (same && !compatible(same.role)) {
    throw modelInvalid(
      `${prototype.constructor.name}.${member.method}`,
      `is @${same.role} and @${member.role} in one`,
      'A method has one of these roles: write a second method.',
    )
  }
  all.push(member)
}
