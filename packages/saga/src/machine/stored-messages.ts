import { type MessageDefinition, messageDefinition } from '@ottla/core'
import { type Codec, eventstoreErrors } from '@ottla/eventstore'
import type { SagaDefinition } from '../definition/saga-definition.js'
import { sagaErrors } from '../saga-errors.js'

/** Turns the commands and the starting event of a saga to the bytes that its events hold, and back. */
export class StoredMessages {
  private readonly triggers: ReadonlyMap<string, MessageDefinition>
  private readonly commands: ReadonlyMap<string, MessageDefinition>

  constructor(
    private readonly saga: SagaDefinition,
    private readonly codec: Codec,
    private readonly commandsTopic: string,
    commands: readonly MessageDefinition[],
  ) {
    this.triggers = byName(saga.triggers.map(({ event }) => messageDefinition(event)))
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

  /** Throws as `command`. */
  trigger(type: string, bytes: Uint8Array): object {
    return this.decode(this.found(this.triggers, type), bytes)
  }

  private found(definitions: ReadonlyMap<string, MessageDefinition>, type: string): MessageDefinition {
    const definition = definitions.get(type)
    if (definition) return definition
    throw sagaErrors.create('SAGA_MESSAGE_UNKNOWN', { saga: this.saga.name, type })
  }

  /** Whoever calls cannot wait for a schema: the error carries the bytes, for the owner to learn it and to ask again. */
  private decode(definition: MessageDefinition, bytes: Uint8Array): object {
    if (!this.codec.knows(bytes)) throw eventstoreErrors.create('SCHEMA_UNKNOWN', { schema: Buffer.from(bytes.subarray(1, 5)).toString('hex'), bytes })
    return this.codec.decode(definition, bytes)
  }
}

function byName(definitions: readonly MessageDefinition[]): ReadonlyMap<string, MessageDefinition> {
  return new Map(definitions.map(definition => [definition.name, definition]))
}
