import { findMessageDefinition, type MessageClass, type MessageDefinition } from '@ottla/core'
import type { SagaDefinition, SagaEnd, Sends } from '@ottla/saga'

/** Notes which commands a saga sends, so that a specification need not list the aggregates that would decide them. */
export class AnyCommands {
  /** The commands that were sent so far. */
  readonly commands: MessageDefinition[] = []
  /** The same saga; what its methods return is noted. */
  readonly definition: SagaDefinition

  constructor(saga: SagaDefinition) {
    this.definition = {
      ...saga,
      steps: saga.steps.map(({ compensation, ...step }) => ({
        ...step,
        send: state => this.noted(step.send(state)),
        compensation: compensation && { ...compensation, compensate: (state, command) => this.noted(compensation.compensate(state, command)) },
      })),
      completed: this.ofEnd(saga.completed),
      compensated: this.ofEnd(saga.compensated),
    }
  }

  private ofEnd(end: SagaEnd | undefined): SagaEnd | undefined {
    return end && { ...end, send: (state, reason) => this.noted(end.send(state, reason)) }
  }

  private noted(sends: Sends): Sends {
    for (const command of Array.isArray(sends) ? sends : [sends]) {
      const definition = findMessageDefinition((command as object | undefined)?.constructor as MessageClass)
      if (definition?.kind === 'command' && !this.commands.includes(definition)) this.commands.push(definition)
    }
    return sends
  }
}
