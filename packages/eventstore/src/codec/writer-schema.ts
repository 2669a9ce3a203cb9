import { isOttlaError, type MessageDefinition } from '@ottla/core'
import type avsc from 'avsc'
import { eventstoreErrors } from '../eventstore-errors.js'
import type { AvroType } from './avro/tap.js'
import { typeOfSchema } from './avro/type-of-schema.js'
import type { ReaderTypes } from './reader-types.js'
import { prefixLength } from './wire-format.js'

type Read = (bytes: Buffer) => unknown

/** A schema that bytes were written with, and how each of the app's messages is read from them. */
export class WriterSchema {
  private readonly type: AvroType | undefined
  private readonly problem: string = ''
  private readonly readers = new Map<MessageDefinition | undefined, Read>()

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
    let read = this.readers.get(definition)
    if (!read) {
      read = this.reader(definition)
      this.readers.set(definition, read)
    }
    return read(bytes)
  }

  private reader(definition: MessageDefinition | undefined): Read {
    const message = definition?.name ?? this.recordName
    const unreadable = (problem: string, cause?: unknown) => eventstoreErrors.create('RECORD_UNREADABLE', { message, problem }, { cause })
    const never =
      (problem: string, cause?: unknown): Read =>
      () => {
        throw unreadable(problem, cause)
      }
    const writer = this.type
    if (!writer) return never(this.problem)
    const reader = definition ? this.readerTypes.of(definition) : { text: this.text, type: writer }
    let resolver: ReturnType<avsc.Type['createResolver']> | undefined
    try {
      if (reader.text !== this.text) resolver = reader.type.createResolver(writer)
    } catch (error) {
      return never(`it was written as ${this.text}: ${problemOf(error)}`, error)
    }
    return bytes => {
      let decoded: { value: unknown; offset: number }
      try {
        decoded = reader.type.decode(bytes, prefixLength, resolver)
      } catch (error) {
        throw unreadable(problemOf(error), error)
      }
      if (decoded.offset < 0) throw unreadable('it is cut off')
      if (decoded.offset < bytes.length) throw unreadable(`${bytes.length - decoded.offset} bytes are left over`)
      return decoded.value
    }
  }
}

function problemOf(error: unknown): string {
  return isOttlaError(error) ? String(error.details.problem ?? error.message) : (error as Error).message
}
