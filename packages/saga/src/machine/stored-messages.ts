import { type MessageDefinition, messageDefinition, namesOf, type Upcasters } from '@ottla/core'
import { type Codec, eventstoreErrors } from '@ottla/eventstore'
import type { SagaDefinition, SagaTrigger } from '../definition/saga-definition.js'
import { sagaErrors } from '../saga-errors.js'
import { isSchemaUnknown } from './user-method.js'

/** Turns the commands and the starting event of a saga to the bytes that its events hold, and back. */
export class StoredMessages {
  private readonly triggers: ReadonlyMap<string, SagaTrigger>
  private readonly commands: ReadonlyMap<string, MessageDefinition>

  constructor(
    private readonly saga: SagaDefinition,
    private readonly codec: Codec,
    private readonly commandsTopic: string,
    commands: readonly MessageDefinition[],
    private readonly upcasters: Upcasters,
  ) {
    this.triggers = new Map(saga.triggers.flatMap(trigger => namesOf(messageDefinition(trigger.event)).map(name => [name, trigger] as const)))
    this.commands = byName(commands)
  }

  /** Whether an aggregate of the app handles it. */
  isKnown(command: MessageDefinition): boolean {
    return this.commands.get(command.name)?.class === command.class
  }

  /** Throws MESSAGE_INVALID when a value does not fit. */
  encode(definition: MessageDefinition, command: object): Uint8Array {
    return this.codec.encode(this.commandsTopic, definition, command)
  }

  /** Throws SAGA_MESSAGE_UNKNOWN, RECORD_UNREADABLE, SCHEMA_UNKNOWN. */
  command(type: string, bytes: Uint8Array): { readonly definition: MessageDefinition; readonly message: object } {
    const definition = this.found(this.commands, type)
    return { definition, message: this.decode(definition, bytes) }
  }

  /**
   * Whether the saga starts with it: not where an older node has sent an event of which upcasters make something else. One that cannot be read starts it too, so that it
   * is parked with the reason. Throws SCHEMA_UNKNOWN.
   */
  starts(type: string, bytes: Uint8Array): boolean {
    if (this.triggers.has(type) || !this.upcasters.older(type)) return true
    try {
      return this.trigger(type, bytes) !== undefined
    } catch (error) {
      if (isSchemaUnknown(error)) throw error
      return true
    }
  }

  /**
   * The event that the saga starts with, as it is read today, and what takes it; undefined where upcasters have made nothing of it that starts this saga. Throws as
   * `command`, and UPCAST_FAILED.
   */
  trigger(type: string, bytes: Uint8Array): { readonly trigger: SagaTrigger; readonly event: object } | undefined {
    const own = this.triggers.get(type)
    const definition = own ? messageDefinition(own.event) : this.upcasters.older(type)
    if (!definition) throw this.unknown(type)
    // Of an event that is split, the first that starts it: for the others it would be under way.
    for (const event of this.upcasters.upcast(definition, this.decode(definition, bytes))) {
      const trigger = this.triggers.get(event.definition.name)
      if (trigger) return { trigger, event: event.message }
    }
    return undefined
  }

  private found(definitions: ReadonlyMap<string, MessageDefinition>, type: string): MessageDefinition {
    const definition = definitions.get(type)
    if (definition) return definition
    throw this.unknown(type)
  }

  private unknown(type: string): Error {
    return sagaErrors.create('SAGA_MESSAGE_UNKNOWN', { saga: this.saga.name, type })
  }

  /** Whoever calls cannot wait for a schema: the error carries the bytes, for the owner to learn it and to ask again. */
  private decode(definition: MessageDefinition, bytes: Uint8Array): object {
    if (!this.codec.knows(bytes)) throw eventstoreErrors.create('SCHEMA_UNKNOWN', { schema: Buffer.from(bytes.subarray(1, 5)).toString('hex'), bytes })
    return this.codec.decode(definition, bytes)
  }
}

function byName(definitions: readonly MessageDefinition[]): ReadonlyMap<string, MessageDefinition> {
  return new Map(definitions.flatMap(definition => namesOf(definition).map(name => [name, definition] as const)))
}
