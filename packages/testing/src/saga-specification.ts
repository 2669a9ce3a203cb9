import { copyState, coreErrors, definitionOfInstance, freezeState } from '@ottla/core'
import type { Codec, Decision, Input, Participant, Reply } from '@ottla/eventstore'
import { findSaga, type SagaDefinition, type SagaState, sagaParticipant, sagaReason, sagaStatus } from '@ottla/saga'
import { AnyCommands } from './any-commands.js'
import { asRead, expectSame, refuse } from './expect-same.js'
import { SpecificationCodec } from './specification-codec.js'

/** The reason of a reply that is no acceptance, and which of the step's commands it answers. */
export interface ReplyOptions {
  /** The rejection's or the error's code. Default: the outcome. */
  readonly code?: string
  /** The rejection's details, or the error's message. */
  readonly details?: Readonly<Record<string, unknown>> | string
  /** Answers one command of the step only: its place, from 0. Default: all that are not answered. */
  readonly command?: number
}

type SagaModule = (new () => object) | SagaDefinition

const topics = { commands: 'commands', events: 'events' }
const sagaId = 'saga-1'

/**
 * Begins a test of a saga: `givenSaga(FulfilOrder).started(placed).replied('reserveStock', 'accepted').thenSends([charge])`. It runs the same
 * code as the shard owner does, without a log, and time passes only by `afterTimeout`. What does not come out as expected is
 * an AssertionError; no test runner is needed.
 */
export function givenSaga(saga: SagaModule): SagaSpecification {
  const definition = findSaga(saga)
  if (definition) return new SagaSpecification(definition)
  throw coreErrors.create('MODEL_INVALID', { member: saga.name, problem: 'is no saga', cure: 'Decorate the class with @Saga, or make it with saga().' })
}

/** A saga under way. Each call goes on from the one before. */
export class SagaSpecification {
  private readonly codec: Codec = new SpecificationCodec()
  private readonly any: AnyCommands
  private participant: Participant<SagaState>
  private state: SagaState
  private now = 0
  private version = 0
  private sent: object[] = []

  /** @internal made by `givenSaga` */
  constructor(definition: SagaDefinition) {
    this.any = new AnyCommands(definition)
    this.participant = this.participantOf()
    this.state = freezeState(this.participant.initialState(sagaId))
  }

  /** The event happens that starts the saga. */
  started(event: object): this {
    const definition = definitionOfInstance(event)
    const trigger = this.participant.triggers.find(({ event: { name } }) => name === definition.name)
    if (!trigger)
      refuse(`The saga does not start on ${definition.name}.`, definition.name, this.participant.triggers.map(({ event: { name } }) => name).join(' or '))
    trigger?.sagaId(event, sagaId)
    this.sent = []
    this.take({ kind: 'event', definition, message: event, bytes: this.codec.encode(topics.events, definition, event) })
    return this
  }

  /** The step's commands are answered, or those that undo it, whichever is under way; `completed` and `compensated` are the last commands. */
  replied(step: string, outcome: Reply['outcome'], { code = outcome, details, command }: ReplyOptions = {}): this {
    const round = this.state.progress.round
    if (round?.step !== step) refuse(`Nothing of step ${step} is under way.`, round?.step ?? 'nothing', step)
    const open = (round?.commands ?? []).filter(({ outcome }, index) => outcome === 'waiting' && (command === undefined || command === index))
    if (open.length === 0) refuse(`No command of step ${step} waits for a reply.`, 0, 1)
    const reason = outcome === 'accepted' ? {} : { code, details: typeof details === 'object' ? JSON.stringify(details) : details }
    this.sent = []
    for (const { id } of open) this.take({ kind: 'reply', reply: { commandId: id, outcome, ...reason } })
    return this
  }

  /** Time passes until the saga's next deadline: an attempt times out, or what failed or timed out is sent again. */
  afterTimeout(): this {
    const deadline = this.participant.deadline(this.state)
    if (deadline === undefined) return refuse('The saga waits for no deadline.', 'no deadline', 'a deadline')
    this.now = deadline
    this.sent = []
    this.take({ kind: 'deadline' })
    return this
  }

  /** The last call made the saga send exactly these commands, in this order. */
  thenSends(commands: readonly object[]): this {
    expectSame('The commands that were sent differ.', asRead(this.sent), asRead(commands))
    return this
  }

  /** Every step was made, and the last command accepted. */
  thenCompleted(): this {
    return this.expectStatus('completed')
  }

  /** Everything was undone, and the last command accepted; where it is given, for this reason. */
  thenCompensated(code?: string): this {
    return this.expectStatus('compensated', code)
  }

  /** The saga cannot go on by itself; where it is given, for this reason. */
  thenParked(code?: string): this {
    return this.expectStatus('parked', code)
  }

  private expectStatus(status: string, code?: string): this {
    const reason = sagaReason(this.state)
    const found = sagaStatus(this.state) ?? 'not started'
    const actual = code === undefined ? found : `${found}: ${reason?.code ?? 'no reason'}`
    const expected = code === undefined ? status : `${status}: ${code}`
    if (actual === expected) return this
    const { round } = this.state.progress
    const waiting = round ? ` Step ${round.step} (${round.purpose}) is under way.` : ''
    return refuse(`Expected the saga to be ${expected}, but it is ${actual}.${waiting}${reason ? ` ${reason.details ?? reason.code}` : ''}`, actual, expected)
  }

  private take(input: Input): void {
    const { events, commands } = this.decide(input)
    const next = copyState(this.state)
    for (const { definition, message } of events) {
      const stored = freezeState(this.codec.decode(definition, this.codec.encode(topics.events, definition, message)))
      this.version++
      this.participant.evolve(next, { definition, message: stored }, { id: sagaId, version: this.version, timestamp: this.now })
    }
    this.state = freezeState(next)
    this.sent.push(...commands.map(({ message }) => message))
  }

  /** Decides, and again where the saga sent a command that no aggregate was known for: here every command has one. */
  private decide(input: Input): Decision {
    for (;;) {
      const known = this.any.commands.length
      const context = { id: sagaId, messageId: 'message-1', correlationId: 'correlation-1', version: this.version, now: this.now }
      const decision = this.participant.decide(this.state, input, context)
      if (this.any.commands.length === known) return decision
      this.participant = this.participantOf()
    }
  }

  private participantOf(): Participant<SagaState> {
    return sagaParticipant(this.any.definition, this.codec, topics, [...this.any.commands])
  }
}
