import type { EventForm } from '@ottla/core'
import type { Codec } from '../codec/codec.js'
import { atPlace } from '../codec/unreadable.js'
import { eventstoreErrors } from '../eventstore-errors.js'
import type { LogRecord } from '../log/log.js'
import type { ShardModel } from './shard-model.js'

/**
 * What a stored event is read as today, in order: itself in the class that the app has for it, or what upcasters make of it, which may be several events or none.
 * The schema of the bytes must be known to the codec. Throws TYPE_UNKNOWN, and what `isUnreadable`.
 *
 * @param type the Avro name that the event was written under
 */
export function readEvent(type: string, bytes: Uint8Array, { codec, model }: { readonly codec: Codec; readonly model: ShardModel }): readonly EventForm[] {
  const definition = model.message(type)
  if (!definition) throw eventstoreErrors.create('TYPE_UNKNOWN', { type })
  return model.upcasters.upcast(definition, codec.decode(definition, bytes))
}

/**
 * As `readEvent`, of a record of an events topic. Its errors name the place of the record. Without a type it is that of the schema of its bytes, which is
 * the one in the headers wherever the record has been read before.
 */
export function readRecord(type: string | undefined, record: LogRecord, reading: { readonly codec: Codec; readonly model: ShardModel }): readonly EventForm[] {
  const bytes = record.value ?? Buffer.alloc(0)
  try {
    return readEvent(type ?? reading.codec.typeOf(bytes), bytes, reading)
  } catch (error) {
    throw atPlace(error, record)
  }
}
