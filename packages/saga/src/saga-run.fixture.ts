import { deepStrictEqual } from 'node:assert/strict'
import { copyState, freezeState, type MessageClass, messageDefinition, Upcasters } from '@ottla/core'
import { AvroCodec, type Input, type OutgoingCommand, type Participant, type RegisteredSchema, type Reply, type SchemaRegistry } from '@ottla/eventstore'
import type { SagaDefinition } from './definition/saga-definition.js'
import { sagaEventClasses } from './events/saga-events.js'
import { type SagaState, sagaStatus } from './machine/saga-state.js'
import { sagaParticipant } from './saga-participant.js'

/** Topics of the runs. */
export const runTopics = { commands: 'shop.commands', events: 'shop.events' }

/** A registry of one process, for the real codec. */
class MapRegistry implements SchemaRegistry {
  private readonly schemas: { readonly subject: string; readonly schema: string }[] = []
  register = async (subject: string, schema: string) => this.schemas.push({ subject, schema })
  schemaById = async (id: number) => ({ id, schema: this.schemas[id - 1]?.schema ?? '' })
  latest = async (subject: string) => (await this.versions(subject)).at(-1)
  versions = async (subject: string): Promise<RegisteredSchema[]> =>
    this.schemas.flatMap((entry, index) => (entry.subject === subject ? [{ id: index + 1, schema: entry.schema }] : []))
  subjects = async () => this.schemas.map(({ subject }) => subject)
  compatibility = async () => 'NONE' as const
  ownCompatibility = async () => undefined
  setCompatibility = async () => {}
  check = async () => ({ compatible: true, level: 'NONE' as const, reasons: [] })
}

/** A codec that knows the events of sagas and these messages. */
export async function codecFor(events: readonly MessageClass[], commands: readonly MessageClass[]): Promise<AvroCodec> {
  const codec = new AvroCodec(new MapRegistry())
  await codec.prepare(
    runTopics.events,
    [...sagaEventClasses, ...events].map(each => messageDefinition(each as MessageClass)),
  )
  await codec.prepare(
    runTopics.commands,
    commands.map(each => messageDefinition(each)),
  )
  return codec
}

/**
 * One saga as the shard owner runs it, with time that stands still: states are frozen, changed as copies by the events as they
 * are read back. After every input it also folds all events from the beginning and compares.
 */
export class SagaRun {
  readonly events: object[] = []
  readonly sent: OutgoingCommand[] = []
  now = Date.UTC(2026, 0, 1)
  state: SagaState
  private readonly encoded: { readonly event: object; readonly bytes: Uint8Array }[] = []
  private participant: Participant<SagaState>

  constructor(
    definition: SagaDefinition,
    private readonly codec: AvroCodec,
    private readonly commands: readonly MessageClass[],
    private readonly id = 'o1',
    private readonly upcasters = new Upcasters(),
  ) {
    this.participant = this.participantOf(definition)
    this.state = freezeState(this.participant.initialState(id))
  }

  get status() {
    return sagaStatus(this.state)
  }

  get deadline(): number | undefined {
    return this.participant.deadline(this.state)
  }

  /** Names of the events so far, the steps' with step and outcome: `StepEnded charge rejected`. */
  get story(): string[] {
    return this.events.map(event => {
      const { step, outcome, retryAt } = event as { step?: string; outcome?: string; retryAt?: Date }
      return [event.constructor.name, step, outcome, retryAt && 'to be retried'].filter(Boolean).join(' ')
    })
  }

  /** Ids of the commands sent since this was last asked. */
  takeSent(): string[] {
    return this.sent.splice(0).map(({ id }) => id)
  }

  start(event: object): this {
    const definition = messageDefinition(event.constructor as MessageClass)
    return this.decide({ kind: 'event', definition, message: event, bytes: this.codec.encode(runTopics.events, definition, event) })
  }

  reply(commandId: string, outcome: Reply['outcome'], code?: string, details?: string): this {
    return this.decide({ kind: 'reply', reply: { commandId, outcome, code, details } })
  }

  /** Answers everything that was sent and is not answered yet, in order, until nothing more is sent. */
  accept(...ids: string[]): this {
    if (ids.length > 0) for (const id of ids) this.reply(id, 'accepted')
    else for (let command = this.sent.shift(); command; command = this.sent.shift()) this.reply(command.id, 'accepted')
    return this
  }

  /** Lets time pass until the next deadline and fires it. */
  toDeadline(): this {
    if (this.deadline === undefined) throw new Error('The saga has no deadline')
    this.now = this.deadline
    return this.fire()
  }

  fire(): this {
    return this.decide({ kind: 'deadline' })
  }

  /** The code is deployed anew: the state is made from the events. */
  deploy(definition: SagaDefinition): this {
    this.participant = this.participantOf(definition)
    this.state = this.replayed()
    return this
  }

  decide(input: Input): this {
    const { participant, id } = this
    const before = copyState(this.state)
    const { events, commands } = participant.decide(this.state, input, { id, messageId: 'm', correlationId: 'c', version: this.events.length, now: this.now })
    deepStrictEqual(this.state, before, 'deciding changed the state')
    const next = copyState(this.state)
    for (const { definition, message } of events) {
      const bytes = this.codec.encode(runTopics.events, definition, message)
      this.encoded.push({ event: message, bytes })
      const stored = freezeState(this.codec.decode(definition, bytes))
      this.events.push(stored)
      participant.evolve(next, { definition, message: stored }, { id, version: this.events.length, timestamp: this.now })
    }
    this.state = freezeState(next)
    this.sent.push(...commands)
    deepStrictEqual(this.state, this.replayed(), 'replay gives another state')
    return this
  }

  private replayed(): SagaState {
    const { participant, id } = this
    const state = participant.initialState(id)
    for (const [index, { event, bytes }] of this.encoded.entries()) {
      const definition = messageDefinition(event.constructor as MessageClass)
      participant.evolve(state, { definition, message: freezeState(this.codec.decode(definition, bytes)) }, { id, version: index + 1, timestamp: 0 })
    }
    return freezeState(state)
  }

  private participantOf(definition: SagaDefinition): Participant<SagaState> {
    return sagaParticipant(
      definition,
      this.codec,
      runTopics,
      this.commands.map(each => messageDefinition(each)),
      this.upcasters,
    )
  }
}
