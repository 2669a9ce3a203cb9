import { coreErrors, findProblems, isOttlaError, type MessageDefinition, namesOf } from '@ottla/core'
import { eventstoreErrors } from '../eventstore-errors.js'
import type { SchemaRegistry } from '../registry/schema-registry.js'
import { schemaSubject } from '../registry/schema-subject.js'
import type { AvroType } from './avro/tap.js'
import type { Codec } from './codec.js'
import { ReaderTypes } from './reader-types.js'
import { prefixLength, schemaIdOf, writePrefix } from './wire-format.js'
import { WriterSchema } from './writer-schema.js'

interface Prepared {
  readonly schemaId: number
  readonly type: AvroType
}

/** Small, because a block stays in memory for as long as one of its messages does. */
const blockLength = 8192

/** Avro in Confluent's wire format, with the schemas in a registry under the subjects `<topic>-<message name>`. */
export class AvroCodec implements Codec {
  private readonly readerTypes = new ReaderTypes()
  private readonly prepared = new Map<string, Map<MessageDefinition, Prepared>>()
  private readonly schemas = new Map<number, WriterSchema>()
  private readonly learning = new Map<number, Promise<void>>()
  private block = Buffer.allocUnsafeSlow(blockLength)
  private used = 0

  constructor(private readonly registry: SchemaRegistry) {}

  /** Also learns every version that the subjects have already, so that reading what older nodes wrote never waits. */
  async prepare(topic: string, definitions: readonly MessageDefinition[]): Promise<void> {
    const types = this.prepared.get(topic) ?? new Map<MessageDefinition, Prepared>()
    this.prepared.set(topic, types)
    for (const definition of definitions) {
      if (types.has(definition)) continue
      const { text, type } = this.readerTypes.of(definition)
      const subject = schemaSubject(topic, definition)
      const schemaId = await this.registry.register(subject, text)
      this.remember(schemaId, text)
      await this.learnVersions(topic, [definition])
      types.set(definition, { schemaId, type })
    }
  }

  async learnVersions(topic: string, definitions: readonly MessageDefinition[]): Promise<void> {
    for (const definition of definitions) {
      for (const name of namesOf(definition)) {
        for (const { id, schema } of await this.registry.versions(schemaSubject(topic, { name }))) this.remember(id, schema)
      }
    }
  }

  /** Fields that the definition does not have are not written: `validateMessage` of @ottla/core is what refuses them. */
  encode(topic: string, definition: MessageDefinition, message: object): Buffer {
    const prepared = this.prepared.get(topic)?.get(definition)
    if (!prepared) throw eventstoreErrors.create('SCHEMA_NOT_PREPARED', { message: definition.name, topic })
    try {
      const bytes = this.write(prepared.type, message)
      writePrefix(bytes, prepared.schemaId)
      return bytes
    } catch (error) {
      throw invalid(definition, message, error)
    }
  }

  async learn(bytes: Uint8Array): Promise<void> {
    const id = schemaIdOf('a record', bufferOf(bytes))
    if (this.schemas.has(id)) return
    const under = this.learning.get(id) ?? this.fetch(id)
    this.learning.set(id, under)
    await under
  }

  /** True as well where there is nothing to learn from, since the bytes are in another format: `decode` says so. */
  knows(bytes: Uint8Array): boolean {
    return bytes.length < prefixLength || bytes[0] !== 0 || this.schemas.has(bufferOf(bytes).readUInt32BE(1))
  }

  typeOf(bytes: Uint8Array): string {
    return this.schemaOf('a record', bufferOf(bytes)).recordName
  }

  decode<T extends object>(definition: MessageDefinition<T>, bytes: Uint8Array): T {
    const buffer = bufferOf(bytes)
    return this.schemaOf(definition.name, buffer).read(buffer, definition) as T
  }

  decodePlain(bytes: Uint8Array): { readonly type: string; readonly fields: Readonly<Record<string, unknown>> } {
    const buffer = bufferOf(bytes)
    const schema = this.schemaOf('a record', buffer)
    return { type: schema.recordName, fields: schema.read(buffer) as Readonly<Record<string, unknown>> }
  }

  private schemaOf(message: string, bytes: Buffer): WriterSchema {
    const id = schemaIdOf(message, bytes)
    const schema = this.schemas.get(id)
    if (!schema) throw eventstoreErrors.create('SCHEMA_UNKNOWN', { schema: id })
    return schema
  }

  private async fetch(id: number): Promise<void> {
    try {
      this.remember(id, (await this.registry.schemaById(id)).schema)
    } finally {
      this.learning.delete(id)
    }
  }

  private remember(id: number, text: string): void {
    if (!this.schemas.has(id)) this.schemas.set(id, new WriterSchema(text, this.readerTypes))
  }

  /** Messages are written where they stay, next to each other in one block of memory, so that nothing is copied. */
  private write(type: AvroType, message: object): Buffer {
    const start = this.used
    const end = type.encode(message, this.block, start + prefixLength)
    if (end >= 0) {
      this.used = end
      return this.block.subarray(start, end)
    }
    // A negative end tells how much room was missing.
    const length = this.block.length - start - end
    if (length > blockLength / 4) {
      const bytes = Buffer.allocUnsafeSlow(length)
      type.encode(message, bytes, prefixLength)
      return bytes
    }
    this.block = Buffer.allocUnsafeSlow(blockLength)
    this.used = 0
    return this.write(type, message)
  }
}

function invalid(definition: MessageDefinition, message: object, error: unknown): Error {
  const fields = findProblems(definition, message)
  const problems = fields.map(({ path, problem }) => `${path || 'the message'} ${problem}`).join('; ')
  const what = isOttlaError(error) ? error.details.problems : (error as Error).message
  return coreErrors.create('MESSAGE_INVALID', { message: definition.name, problems: problems || what, fields }, { cause: error })
}

function bufferOf(bytes: Uint8Array): Buffer {
  return bytes.constructor === Buffer ? (bytes as Buffer) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
