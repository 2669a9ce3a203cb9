import type { MessageClass } from '../messages/message.js'
import type { AggregateDefinition, Applied, CommandContext, CommandHandler, Decided, EventApplier, EventContext } from './aggregate-definition.js'
import { loadedMessage } from './loaded-message.js'

/** A message class and what runs for it; made by `handle` and `apply`. */
export interface PlainHandler<S> {
  readonly message: MessageClass
  readonly run: (state: S, message: never, context: never) => unknown
}

export interface PlainAggregate<S extends object> {
  readonly name: string
  readonly stateVersion?: number
  readonly initialState: () => S
  readonly decide: readonly PlainHandler<S>[]
  readonly evolve: readonly PlainHandler<S>[]
}

/** Joins a command class with its decision: `handle(PlaceOrder, (state: Order, command) => new OrderPlaced(...))`. */
export function handle<S, C extends object>(command: MessageClass<C>, run: (state: S, command: C, context: CommandContext) => Decided): PlainHandler<S> {
  return { message: loadedMessage(command, `handle(${command?.name}, …)`), run }
}

/** Joins an event class with what it does to the state: `apply(OrderPlaced, (state: Order) => { state.status = 'placed' })`. */
export function apply<S, E extends object>(event: MessageClass<E>, run: (state: S, event: E, context: EventContext) => Applied): PlainHandler<S> {
  return { message: loadedMessage(event, `apply(${event?.name}, …)`), run }
}

/** An aggregate without decorators; the decorators make the same definition. */
export function aggregate<S extends object>(plain: PlainAggregate<S>): AggregateDefinition<S> {
  return {
    kind: 'aggregate',
    name: plain.name,
    stateVersion: plain.stateVersion ?? 1,
    initialState: plain.initialState,
    handlers: plain.decide.map(({ message, run }) => ({
      command: message,
      member: `${plain.name}.decide(${message.name})`,
      handle: run as CommandHandler<S>['handle'],
    })),
    appliers: plain.evolve.map(({ message, run }) => ({
      event: message,
      member: `${plain.name}.evolve(${message.name})`,
      apply: run as EventApplier<S>['apply'],
    })),
  }
}
