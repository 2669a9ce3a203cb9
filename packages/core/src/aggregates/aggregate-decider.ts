import { coreErrors } from '../errors/core-errors.js'
import type { MessageClass } from '../messages/message.js'
import { definitionOfInstance, type MessageDefinition, messageDefinition } from '../messages/message-definition.js'
import type { AggregateDefinition, CommandContext, CommandHandler, EventApplier, EventContext } from './aggregate-definition.js'
import { isRejection } from './rejection.js'

/**
 * The pure heart of an aggregate: decides commands and evolves states by its definition. No I/O, no waiting, no clock.
 * Making one checks the definition and throws MODEL_INVALID, naming class, member and cure.
 */
export class AggregateDecider<S extends object = object> {
  private readonly handlers: ReadonlyMap<string, CommandHandler<S>>
  private readonly appliers: ReadonlyMap<string, EventApplier<S>>

  constructor(readonly definition: AggregateDefinition<S>) {
    this.handlers = indexed(definition.handlers, handler => handler.command, 'command', '@Handle')
    this.appliers = indexed(definition.appliers, applier => applier.event, 'event', '@Apply')
    for (const { member, returns } of definition.handlers) {
      if (returns && !this.appliers.has(messageDefinition(returns).name)) throw notAppliedAtStart(member, returns, definition.name)
    }
  }

  /** The commands that it decides. */
  get commands(): readonly MessageDefinition[] {
    return this.definition.handlers.map(({ command }) => messageDefinition(command))
  }

  /** The events of its streams. */
  get events(): readonly MessageDefinition[] {
    return this.definition.appliers.map(({ event }) => messageDefinition(event))
  }

  /**
   * The events that the command leads to, in order; `state` is frozen and stays as it is. Throws the handler's Rejection,
   * or HANDLER_FAILED, HANDLER_CHANGED_STATE, HANDLER_NOT_SYNCHRONOUS, EVENT_NOT_APPLICABLE.
   */
  decide(state: S, command: MessageDefinition, message: object, context: CommandContext): readonly object[] {
    const handler = this.handlers.get(command.name)
    if (!handler) throw coreErrors.create('COMMAND_UNKNOWN', { command: command.name })
    const decided: unknown = guarded(handler.member, () => handler.handle(state, message, context))
    if (decided === undefined || decided === null) return []
    if (typeof (decided as PromiseLike<unknown>).then === 'function') throw notSynchronous(handler.member, decided as Promise<unknown>)
    const events = Array.isArray(decided) ? (decided as object[]) : [decided as object]
    for (const event of events) this.checkEvent(handler.member, event)
    return events
  }

  /** Changes `state`, which nobody else may hold, by the event. Throws HANDLER_FAILED, EVENT_NOT_APPLICABLE. */
  evolve(state: S, event: MessageDefinition, message: object, context: EventContext): void {
    const applier = this.appliers.get(event.name)
    if (!applier) throw coreErrors.create('EVENT_NOT_APPLICABLE', { member: this.definition.name, event: event.name, aggregate: this.definition.name })
    const applied: unknown = guarded(applier.member, () => applier.apply(state, message, context))
    if (typeof (applied as PromiseLike<unknown> | undefined)?.then === 'function') throw notSynchronous(applier.member, applied as Promise<unknown>)
  }

  private checkEvent(member: string, event: object): void {
    const { name } = definitionOfInstance(event)
    if (!this.appliers.has(name)) throw coreErrors.create('EVENT_NOT_APPLICABLE', { member, event: name, aggregate: this.definition.name })
  }
}

function indexed<T extends { member: string }>(members: readonly T[], classOf: (member: T) => MessageClass, kind: 'command' | 'event', decorator: string) {
  const index = new Map<string, T>()
  for (const member of members) {
    const message = messageDefinition(classOf(member))
    const earlier = index.get(message.name)
    if (message.kind !== kind) {
      throw coreErrors.create('MODEL_INVALID', {
        member: member.member,
        problem: `names the ${message.kind} ${message.name} where a ${kind} belongs`,
        cure: `Give ${decorator} a class decorated with @${kind === 'command' ? 'Command' : 'Event'}.`,
      })
    }
    if (earlier) {
      throw coreErrors.create('MODEL_INVALID', {
        member: member.member,
        problem: `is a second ${decorator}(${message.name}) beside ${earlier.member}`,
        cure: 'Keep one of the two.',
      })
    }
    index.set(message.name, member)
  }
  return index
}

function guarded<T>(member: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (isRejection(error)) throw error
    const code = isRefusedChange(error) ? 'HANDLER_CHANGED_STATE' : 'HANDLER_FAILED'
    throw coreErrors.create(code, { member, error }, { cause: error })
  }
}

/** V8's words for a write to something frozen, and ours for a Map or Set. */
function isRefusedChange(error: unknown): boolean {
  return error instanceof TypeError && /read only property|not extensible|Cannot delete property|frozen state/.test(error.message)
}

function notSynchronous(member: string, promise: Promise<unknown>): Error {
  // Its own rejection has nobody else to go to, and must not end the process.
  promise.then(undefined, () => undefined)
  return coreErrors.create('HANDLER_NOT_SYNCHRONOUS', { member })
}

function notAppliedAtStart(member: string, returns: MessageClass, aggregate: string): Error {
  return coreErrors.create('MODEL_INVALID', {
    member,
    problem: `returns ${returns.name}, which ${aggregate} has no @Apply method for`,
    cure: `Add a method with @Apply(${returns.name}).`,
  })
}
