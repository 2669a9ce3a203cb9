import { isOttlaError, type MessageDefinition } from '@ottla/core'
import type avsc from 'avsc'
import { eventstoreErrors } from '../eventstore-errors.js'
import { resolverOf } from './avro/resolver-of.js'
import type { AvroType } from './avro/tap.js'
import { typeOfSchema } from './avro/type-of-schema.js'
import type { ReaderTypes } from './reader-types.js'
import { prefixLength } from './wire-format.js'

interface Reader {
  readonly definition: MessageDefinition | undefined
  readonly type: AvroType
  readonly resolver: ReturnType<avsc.Type['createResolver']> | undefined
}

/** A schema that bytes were written with, and how each of the app's messages is read from them. */
export class WriterSchema {
  private readonly type: AvroType | undefined
  private readonly problem: string = ''
  private readonly readers = new Map<MessageDefinition | undefined, Reader>()
  /** Nearly always the only one. */
  private last: Reader | undefined

  /** A text that is no schema makes its records unreadable, and nothing else. */
  constructor(
    private readonly text: string,
    private readonly readerTypes: ReaderTypes,
  ) {
    try {
      this.type = typeOfSchema(text, () => Object.prototype)
    } catch (error) {
      this.problem = `its schema cannot be parsed: ${problemOf(error)}`
    }
  }

  get recordName(): string {
    return this.type?.name ?? 'no record'
  }

  /** Reads the message as `definition` wants it, or as plain data where none is given. Throws RECORD_UNREADABLE. */
  read(bytes: Buffer, definition?: MessageDefinition): unknown {
    const reader = this.last?.definition === definition && this.last ? this.last : this.readerFor(definition)
    let decoded: { value: unknown; offset: number }
    try {
      decoded = reader.type.decode(bytes, prefixLength, reader.resolver)
    } catch (error) {
      throw this.unreadable(definition, problemOf(error), error)
    }
    if (decoded.offset === bytes.length) return decoded.value
    throw this.unreadable(definition, decoded.offset < 0 ? 'it is cut off' : `${bytes.length - decoded.offset} bytes are left over`)
  }

  private readerFor(definition: MessageDefinition | undefined): Reader {
    const reader = this.readers.get(definition) ?? this.makeReader(definition)
    this.readers.set(definition, reader)
    this.last = reader
    return reader
  }

  private makeReader(definition: MessageDefinition | undefined): Reader {
    if (!this.type) throw this.unreadable(definition, this.problem)
    if (!definition) return { definition, type: this.type, resolver: undefined }
    const { text, type } = this.readerTypes.of(definition)
    try {
      return { definition, type, resolver: text === this.text ? undefined : resolverOf(type, this.type) }
    } catch (error) {
      throw this.unreadable(definition, `it was written as ${this.text}: ${problemOf(error)}`, error)
    }
  }

  private unreadable(definition: MessageDefinition | undefined, problem: string, cause?: unknown): Error {
    return eventstoreErrors.create('RECORD_UNREADABLE', { message: definition?.name ?? this.recordName, problem }, { cause })
  }
}

function problemOf(error: unknown): string {
  return isOttlaError(error) ? String(error.details.problem ?? error.message) : (error as Error).message
}
