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
      this.problem = problemOf(error)
    }
  }

  get recordName(): string {
    return this.type?.name ?? 'no record'
  }

  /**
   * Reads the message as `definition` wants it, or as plain data where none is given. Throws RECORD_UNREADABLE, RECORD_CUT_OFF, RECORD_SCHEMA_DIFFERS,
   * RECORD_SCHEMA_INVALID.
   */
  read(bytes: Buffer, definition?: MessageDefinition): unknown {
    const reader = this.last?.definition === definition && this.last ? this.last : this.readerFor(definition)
    let decoded: { value: unknown; offset: number }
    try {
      decoded = reader.type.decode(bytes, prefixLength, reader.resolver)
    } catch (error) {
      if (isOttlaError(error, 'RECORD_CUT_OFF')) throw this.cutOff(definition, bytes, error)
      throw this.unreadable(definition, problemOf(error), error)
    }
    if (decoded.offset === bytes.length) return decoded.value
    if (decoded.offset < 0) throw this.cutOff(definition, bytes)
    throw this.unreadable(definition, `${bytes.length - decoded.offset} bytes are left over`)
  }

  private readerFor(definition: MessageDefinition | undefined): Reader {
    const reader = this.readers.get(definition) ?? this.makeReader(definition)
    this.readers.set(definition, reader)
    this.last = reader
    return reader
  }

  private makeReader(definition: MessageDefinition | undefined): Reader {
    if (!this.type) throw eventstoreErrors.create('RECORD_SCHEMA_INVALID', { message: this.nameOf(definition), problem: this.problem })
    if (!definition) return { definition, type: this.type, resolver: undefined }
    const { text, type } = this.readerTypes.of(definition)
    try {
      return { definition, type, resolver: text === this.text ? undefined : resolverOf(type, this.type) }
    } catch (error) {
      const details = { message: this.nameOf(definition), problem: problemOf(error), schema: this.text }
      throw eventstoreErrors.create('RECORD_SCHEMA_DIFFERS', details, { cause: error })
    }
  }

  private unreadable(definition: MessageDefinition | undefined, problem: string, cause?: unknown): Error {
    return eventstoreErrors.create('RECORD_UNREADABLE', { message: this.nameOf(definition), problem }, { cause })
  }

  private cutOff(definition: MessageDefinition | undefined, bytes: Buffer, cause?: unknown): Error {
    return eventstoreErrors.create('RECORD_CUT_OFF', { message: this.nameOf(definition), bytes: bytes.length }, { cause })
  }

  private nameOf(definition: MessageDefinition | undefined): string {
    return definition?.name ?? this.recordName
  }
}

function problemOf(error: unknown): string {
  return isOttlaError(error) ? String(error.details.problem ?? error.message) : (error as Error).message
}
