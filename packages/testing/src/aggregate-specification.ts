import {
  AggregateDecider,
  type AggregateDefinition,
  coreErrors,
  definitionOfInstance,
  findAggregate,
  freezeState,
  isOttlaError,
  isRejection,
  keyOf,
  type OttlaError,
  type Rejection,
} from '@ottla/core'
import { asRead, expectSame, refuse } from './expect-same.js'

/** What is told to the handler beside the command. */
export interface WhenOptions {
  /** Default `command-1`. */
  readonly commandId?: string
  /** The time of the decision, in milliseconds since 1970. Default 0. */
  readonly now?: number
}

type Outcome =
  | { readonly outcome: 'accepted'; readonly events: readonly object[] }
  | { readonly outcome: 'rejected'; readonly rejection: Rejection }
  | { readonly outcome: 'failed'; readonly error: OttlaError }

type AggregateModule = (new () => object) | AggregateDefinition

/**
 * Begins a test of an aggregate, with the events that have happened to it: `given(Order, [placed]).when(new CancelOrder(...)).then([cancelled])`.
 * It runs the same code as the shard owner does, without a log. What does not come out as expected is an AssertionError; no test runner is needed.
 *
 * @param id when it is given, a command for another id is an error of the test
 */
export function given(aggregate: AggregateModule, events?: readonly object[]): AggregateSpecification
export function given(aggregate: AggregateModule, id: string, events?: readonly object[]): AggregateSpecification
export function given(aggregate: AggregateModule, idOrEvents: string | readonly object[] = [], events: readonly object[] = []): AggregateSpecification {
  const definition = typeof aggregate === 'function' ? findAggregate(aggregate) : aggregate
  if (!definition) {
    throw coreErrors.create('MODEL_INVALID', {
      member: aggregate.name,
      problem: 'is no aggregate',
      cure: 'Decorate the class with @Aggregate, or make it with aggregate().',
    })
  }
  return typeof idOrEvents === 'string'
    ? new AggregateSpecification(new AggregateDecider(definition), asRead(events), idOrEvents)
    : new AggregateSpecification(new AggregateDecider(definition), asRead(idOrEvents))
}

/** An aggregate with a history. */
export class AggregateSpecification {
  /** @internal made by `given` */
  constructor(
    private readonly decider: AggregateDecider,
    private readonly history: readonly object[],
    private readonly id?: string,
  ) {}

  /** Decides the command. */
  when(command: object, options: WhenOptions = {}): DecidedSpecification {
    const definition = definitionOfInstance(command)
    if (this.id !== undefined && keyOf(definition, command) !== this.id) {
      refuse(`The command is for ${keyOf(definition, command)}, but the history is that of ${this.id}.`, keyOf(definition, command), this.id)
    }
    try {
      return new DecidedSpecification({ outcome: 'accepted', events: this.decide(command, options) })
    } catch (error) {
      if (isRejection(error)) return new DecidedSpecification({ outcome: 'rejected', rejection: error })
      if (isOttlaError(error)) return new DecidedSpecification({ outcome: 'failed', error })
      throw error
    }
  }

  private decide(command: object, { commandId = 'command-1', now = 0 }: WhenOptions): readonly object[] {
    const { decider, history } = this
    const version = history.length
    const [message] = asRead([command]) as [object]
    const context = { commandId, correlationId: commandId, version, now }
    const events = asRead(decider.decide(freezeState(this.stateAfter(history)), definitionOfInstance(command), message, context))
    // The owner keeps nothing of a command whose events cannot be applied.
    this.stateAfter([...history, ...events])
    return events
  }

  private stateAfter(events: readonly object[]): object {
    const state = this.decider.definition.initialState()
    for (const [index, event] of events.entries()) this.decider.evolve(state, definitionOfInstance(event), freezeState(event), { version: index + 1 })
    return state
  }
}

/** A decided command, to be compared with what was expected. */
export class DecidedSpecification {
  /** @internal made by `when` */
  constructor(private readonly outcome: Outcome) {}

  /** The command was accepted with exactly these events, in this order. */
  // biome-ignore lint/suspicious/noThenProperty: given, when, then; awaiting a specification is refused below
  then(events: readonly object[]): void {
    if (typeof events === 'function')
      refuse('A specification is no promise: end it with then([...]), thenRejected(...), thenNothing() or thenFailed(...).', 'await', 'then')
    if (this.outcome.outcome !== 'accepted') return this.refuse(`accepted with ${names(events)}`)
    expectSame('The events differ.', this.outcome.events, asRead(events))
  }

  /** The command was accepted and changed nothing. */
  thenNothing(): void {
    if (this.outcome.outcome !== 'accepted' || this.outcome.events.length > 0) this.refuse('accepted without events')
  }

  /** The domain refused with this code and, where they are given, exactly these details. */
  thenRejected(code: string, details?: Readonly<Record<string, unknown>>): void {
    if (this.outcome.outcome !== 'rejected' || this.outcome.rejection.code !== code) return this.refuse(`rejected: ${code}`)
    if (details) expectSame('The details of the rejection differ.', this.outcome.rejection.details, details)
  }

  /** The command failed with an error of this code: `MESSAGE_INVALID`, `HANDLER_FAILED`, `HANDLER_CHANGED_STATE` … */
  thenFailed(code: string): void {
    if (this.outcome.outcome !== 'failed' || this.outcome.error.code !== code) this.refuse(`failed: ${code}`)
  }

  private refuse(expected: string): never {
    const { outcome } = this
    const actual = described(outcome)
    return refuse(`Expected the command to be ${expected}, but it was ${actual}.`, actual, expected, outcome.outcome === 'failed' ? outcome.error : undefined)
  }
}

function described(outcome: Outcome): string {
  switch (outcome.outcome) {
    case 'accepted':
      return `accepted with ${names(outcome.events)}`
    case 'rejected':
      return `rejected: ${outcome.rejection.code}`
    case 'failed':
      return `failed: ${outcome.error.message}`
  }
}

function names(messages: readonly object[]): string {
  return messages.length === 0 ? 'no events' : messages.map(message => message.constructor.name).join(', ')
}
