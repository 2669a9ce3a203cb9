import { coreErrors, type MessageDefinition, namesOf, Upcasters } from '@ottla/core'
import { StateCodec } from '../state/state-codec.js'
import type { Participant } from './participant.js'

/** Which saga wants to see an event. */
export interface Trigger {
  readonly saga: Participant
  sagaId(event: object, streamId: string): string
}

/**
 * Everything that the shard owners of an app decide with, found by name. Making one checks what concerns several
 * participants and throws MODEL_INVALID, naming both.
 */
export class ShardModel {
  private readonly byName = new Map<string, Participant>()
  private readonly byCommand = new Map<string, Participant>()
  private readonly messages = new Map<string, MessageDefinition>()
  private readonly byTrigger = new Map<string, Trigger[]>()
  private readonly codecs = new Map<string, StateCodec>()

  constructor(
    readonly participants: readonly Participant[],
    readonly upcasters = new Upcasters(),
  ) {
    for (const participant of participants) this.add(participant)
    for (const [name, [trigger]] of this.byTrigger) this.checkTrigger(name, trigger as Trigger)
  }

  participant(name: string): Participant | undefined {
    return this.byName.get(name)
  }

  /** The aggregate that decides a command. */
  decider(command: string): Participant | undefined {
    return this.byCommand.get(command)
  }

  /** The command or event that has or had this Avro name; of events that upcasters take, the older class. */
  message(name: string): MessageDefinition | undefined {
    return this.messages.get(name) ?? this.upcasters.older(name)
  }

  triggers(event: string): readonly Trigger[] {
    return this.byTrigger.get(event) ?? []
  }

  stateCodec(participant: Participant): StateCodec {
    return this.codecs.get(participant.name) as StateCodec
  }

  /** All events of all streams. */
  get events(): readonly MessageDefinition[] {
    return [...new Set(this.participants.flatMap(({ events }) => events))]
  }

  /** All commands. */
  get commands(): readonly MessageDefinition[] {
    return [...new Set(this.participants.flatMap(({ commands }) => commands))]
  }

  private add(participant: Participant): void {
    const { name, kind } = participant
    if (!/^[A-Za-z_][\w.-]*$/.test(name))
      throw invalid(name, `is no name for ${kind === 'aggregate' ? 'an aggregate' : 'a saga'}`, 'Use letters, digits, dots, dashes and underscores.')
    if (this.byName.has(name)) throw invalid(name, 'is the name of two aggregates or sagas', 'Give each a name of its own: it names their streams.')
    this.byName.set(name, participant)
    this.codecs.set(name, new StateCodec(name, participant.classes, () => participant.initialState('')))
    for (const message of [...participant.commands, ...participant.events]) this.addMessage(name, message)
    if (kind === 'aggregate') for (const command of participant.commands) this.addDecider(participant, command)
    for (const { event, sagaId } of participant.triggers) {
      this.byTrigger.set(event.name, [...(this.byTrigger.get(event.name) ?? []), { saga: participant, sagaId }])
    }
  }

  private addMessage(member: string, message: MessageDefinition): void {
    for (const name of namesOf(message)) {
      const earlier = this.messages.get(name)
      if (earlier && earlier.class !== message.class)
        throw invalid(member, `uses a second class named ${name}`, 'Names and aliases of messages are unique in an app: rename one of them.')
      this.messages.set(name, message)
    }
  }

  private addDecider(participant: Participant, command: MessageDefinition): void {
    const earlier = this.byCommand.get(command.name)
    if (earlier)
      throw invalid(
        participant.name,
        `handles ${command.name}, which ${earlier.name} handles too`,
        'A command has one aggregate that decides it: keep one of the two.',
      )
    this.byCommand.set(command.name, participant)
  }

  private checkTrigger(event: string, { saga }: Trigger): void {
    if (this.participants.some(({ kind, events }) => kind === 'aggregate' && events.some(({ name }) => name === event))) return
    throw invalid(saga.name, `starts on ${event}, which no aggregate of this app applies`, 'Add the aggregate to the modules, or @Apply to it.')
  }
}

function invalid(member: string, problem: string, cure: string): Error {
  return coreErrors.create('MODEL_INVALID', { member, problem, cure })
}
