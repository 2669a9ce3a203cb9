import { definitionOfInstance, findMessageDefinition, freezeState, keyOf, type MessageClass, type MessageDefinition, validateMessage } from '@ottla/core'
import type { Decision, OutgoingCommand } from '@ottla/eventstore'
import type { SagaDefinition } from '../definition/saga-definition.js'
import { type AnySagaEvent, SagaCommand, SagaParked, type StepPurpose, StepStarted } from '../events/saga-events.js'
import { sagaErrors } from '../saga-errors.js'
import { limitsOf } from './attempts.js'
import { evolve } from './evolve.js'
import type { Progress, Reason } from './progress.js'
import type { SagaState } from './saga-state.js'
import type { StoredMessages } from './stored-messages.js'
import { callUser } from './user-method.js'

/** A command that is made but not sent yet. */
export interface NewCommand {
  readonly id: string
  readonly definition: MessageDefinition
  readonly message: object
  readonly bytes: Uint8Array
}

/** One decision of a saga while it is made: the events and commands so far, and the state that they lead to. */
export class Turn {
  private readonly events: { readonly definition: MessageDefinition; readonly message: object }[] = []
  private readonly commands: OutgoingCommand[] = []

  constructor(
    readonly saga: SagaDefinition,
    readonly messages: StoredMessages,
    private state: SagaState,
    readonly sagaId: string,
    /** Milliseconds since 1970. */
    readonly now: number,
  ) {}

  get progress(): Progress {
    return this.state.progress
  }

  get decision(): Decision {
    return { events: this.events, commands: this.commands }
  }

  /** The fields that every event of this saga has. */
  get name(): { readonly saga: string; readonly sagaId: string } {
    return { saga: this.saga.name, sagaId: this.sagaId }
  }

  /** Makes the event part of the decision and of the state that the rest of it sees. */
  record(event: AnySagaEvent): void {
    this.events.push({ definition: definitionOfInstance(event), message: event })
    const { data } = this.state
    this.state = evolve(this.saga, this.messages, this.state, event)
    if (this.state.data !== data) freezeState(this.state.data)
  }

  /** Stops here, with the reason; what was recorded before stays. */
  park(reason: Reason): void {
    const { seq, round, last } = this.progress
    this.record(new SagaParked({ ...this.name, seq, step: round?.step ?? last, code: reason.code, details: reason.details }))
  }

  /** The commands that a method of the user's wants to send, made ready. Throws what is wrong with them. */
  ask(member: string, method: (state: object) => unknown, idOf: (index: number) => string): NewCommand[] {
    const returned = callUser(member, () => method(this.state.data))
    if (returned === undefined || returned === null) return []
    const commands: readonly unknown[] = Array.isArray(returned) ? returned : [returned]
    return commands.map((command, index) => {
      const definition = this.commandDefinition(member, command)
      const message = command as object
      validateMessage(definition, message)
      return { id: idOf(index), definition, message, bytes: this.messages.encode(definition, message) }
    })
  }

  /** Sends the commands of a step, a compensation or the end, all at once. */
  start(purpose: StepPurpose, step: string, commands: readonly NewCommand[]): void {
    const { timeout } = limitsOf(this.saga, { step, purpose })
    this.record(
      new StepStarted({
        ...this.name,
        seq: this.progress.seq + 1,
        step,
        purpose,
        commands: commands.map(({ id, definition, message, bytes }) => new SagaCommand({ id, type: definition.name, key: keyOf(definition, message), bytes })),
        deadline: this.after(timeout),
      }),
    )
    for (const { id, definition, message } of commands) this.send({ id, definition, message })
  }

  send(command: OutgoingCommand): void {
    this.commands.push(command)
  }

  after(milliseconds: number | undefined): Date | undefined {
    return milliseconds === undefined ? undefined : new Date(this.now + milliseconds)
  }

  private commandDefinition(member: string, command: unknown): MessageDefinition {
    const definition = typeof command === 'object' && command !== null ? findMessageDefinition(command.constructor as MessageClass) : undefined
    if (definition && this.messages.isKnown(definition)) return definition
    throw sagaErrors.create('SAGA_RETURN_INVALID', { member, returned: definition?.name ?? describe(command) })
  }
}

function describe(value: unknown): string {
  return typeof value === 'object' && value !== null ? `an object of ${value.constructor?.name ?? 'no class'}` : `${typeof value} ${String(value)}`
}
