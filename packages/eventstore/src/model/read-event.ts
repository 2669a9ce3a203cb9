import type { EventForm } from '@ottla/core'
import type { Codec } from '../codec/codec.js'
import { eventstoreErrors } from '../eventstore-errors.js'
import type { ShardModel } from './shard-model.js'

/**
 * What a stored event is read as today, in order: itself in the class that the app has for it, or what upcasters make of it, which may be several events or none.
 * The schema of the bytes must be known to the codec. Throws TYPE_UNKNOWN, RECORD_UNREADABLE, SCHEMA_UNKNOWN, UPCAST_FAILED.
 *
 * @param type the Avro name that the event was written under
 */
export function readEvent(type: string, bytes: Uint8Array, { codec, model }: { readonly codec: Codec; readonly model: ShardModel }): readonly EventForm[] {
  const definition = model.message(type)
  if (!definition) throw eventstoreErrors.create('TYPE_UNKNOWN', { type })
  return model.upcasters.upcast(definition, codec.decode(definition, bytes))
}
