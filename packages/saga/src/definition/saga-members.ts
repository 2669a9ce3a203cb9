import type { MessageClass } from '@ottla/core'
import { modelInvalid } from './check-saga.js'
import type { Attempts, SagaDefinition, SagaEnd, SagaStep, SagaTrigger } from './saga-definition.js'

export type SagaRole = 'StartsOn' | 'Step' | 'Compensate' | 'OnReply' | 'Completed' | 'Compensated'

/** What a decorator noted about a method. */
export interface SagaMember {
  readonly role: SagaRole
  readonly method: string
  /** Of StartsOn. */
  readonly event?: MessageClass
  readonly sagaId?: (event: object, streamId: string) => string
  /** Of Compensate and OnReply. */
  readonly step?: string
  readonly attempts?: Attempts
}

/** The definition that the decorated methods of a class amount to. Throws MODEL_INVALID where two of them contradict each other. */
export function definitionOf(target: new () => object, name: string, stateVersion: number, members: readonly SagaMember[]): SagaDefinition {
  const methods = new SagaMethods(target, members)
  methods.checkStepNames()
  return {
    kind: 'saga',
    name,
    stateVersion,
    initialState: () => new target(),
    triggers: methods.triggers(),
    steps: methods.steps(),
    completed: methods.end('Completed'),
    compensated: methods.end('Compensated'),
  }
}

class SagaMethods {
  constructor(
    private readonly target: new () => object,
    private readonly members: readonly SagaMember[],
  ) {}

  /** Refuses what belongs to a step that does not exist. */
  checkStepNames(): void {
    const steps = this.withRole('Step').map(({ method }) => method)
    for (const { role, method, step } of this.members) {
      if (step === undefined || steps.includes(step)) continue
      throw modelInvalid(
        `${this.target.name}.${method}`,
        `is @${role}('${step}'), but the class has no step of that name`,
        `Name a method with @Step(): ${steps.join(', ') || 'there is none'}.`,
      )
    }
  }

  triggers(): SagaTrigger[] {
    return this.withRole('StartsOn').map(({ event, method, sagaId }) => ({
      event: event as MessageClass,
      member: this.nameOf(method),
      sagaId,
      start: (state, started) => this.call(method, state, started),
    }))
  }

  steps(): SagaStep[] {
    return this.withRole('Step').map(({ method, attempts }) => {
      const compensate = this.only('Compensate', method)
      const onReply = this.only('OnReply', method)
      return {
        ...attempts,
        name: method,
        member: this.nameOf(method),
        send: state => this.call(method, state),
        compensation: compensate && {
          ...compensate.attempts,
          member: this.nameOf(compensate.method),
          compensate: (state, command) => this.call(compensate.method, state, command),
        },
        onReply: onReply && { member: this.nameOf(onReply.method), apply: (state, reply) => this.call(onReply.method, state, reply) },
      }
    })
  }

  end(role: 'Completed' | 'Compensated'): SagaEnd | undefined {
    const end = this.only(role)
    return end && { ...end.attempts, member: this.nameOf(end.method), send: (state, reason) => this.call(end.method, state, reason) }
  }

  /** The one method with this role (for this step), if there is one. */
  private only(role: SagaRole, step?: string): SagaMember | undefined {
    const [first, second] = this.withRole(role).filter(member => member.step === step)
    if (first && second) {
      const shown = `@${role}(${step === undefined ? '' : `'${step}'`})`
      throw modelInvalid(
        this.nameOf(second.method),
        `is a second ${shown} beside ${this.nameOf(first.method)}`,
        'Keep one of the two: it may return several commands.',
      )
    }
    return first
  }

  private withRole(role: SagaRole): SagaMember[] {
    return this.members.filter(member => member.role === role)
  }

  private nameOf(method: string): string {
    return `${this.target.name}.${method}`
  }

  private call(method: string, state: object, ...given: unknown[]): never {
    return (this.target.prototype as Record<string, (...given: unknown[]) => never>)[method]?.apply(state, given) as never
  }
}
