import type { MessageDefinition } from '@ottla/core'

/**
 * Messages to bytes in Confluent's wire format (byte 0, schema id in 4 bytes, Avro) and back. The schemas of the app's own
 * messages are registered when it starts (`prepare`), so that encoding never waits.
 */
export interface Codec {
  /** Registers the schemas of these messages for this topic; must have resolved before they are encoded for it. */
  prepare(topic: string, definitions: readonly MessageDefinition[]): Promise<void>
  /** Learns all schemas that these messages were written with for this topic, under any of their names, so that reading them never waits. Registers nothing. */
  learnVersions(topic: string, definitions: readonly MessageDefinition[]): Promise<void>
  /** The bytes of a message for this topic. Throws MESSAGE_INVALID when a value does not fit. */
  encode(topic: string, definition: MessageDefinition, message: object): Buffer
  /** Makes sure that the writer schema of these bytes is known here, so that `decode` can follow. Rejects with SCHEMA_UNKNOWN, SCHEMA_INVALID, RECORD_FORMAT_UNKNOWN, RECORD_CUT_OFF. */
  learn(bytes: Uint8Array): Promise<void>
  /** Whether `decode` can go ahead without `learn`. */
  knows(bytes: Uint8Array): boolean
  /** Avro name of the message that was written. Throws like `decode`. */
  typeOf(bytes: Uint8Array): string
  /**
   * The message, read with the reader schema of `definition`. Throws RECORD_UNREADABLE, RECORD_FORMAT_UNKNOWN, RECORD_CUT_OFF, RECORD_SCHEMA_DIFFERS,
   * RECORD_SCHEMA_INVALID, SCHEMA_UNKNOWN (call `learn` first).
   */
  decode<T extends object>(definition: MessageDefinition<T>, bytes: Uint8Array): T
  /** The message as plain data with the writer's schema, for tools that have no class for it. */
  decodePlain(bytes: Uint8Array): { readonly type: string; readonly fields: Readonly<Record<string, unknown>> }
}
