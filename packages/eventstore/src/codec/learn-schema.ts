import { isOttlaError } from '@ottla/core'
import type { Codec } from './codec.js'

/**
 * Asks the registry for the schema of these bytes; undefined when it is known, so that nobody waits for nothing. What is no schema
 * or not in the registry shows again, with the record, when it is decoded; a registry that does not answer is thrown, so that good
 * records are not taken for bad ones.
 */
export function learnSchema(codec: Codec, bytes: Uint8Array): Promise<void> | undefined {
  if (codec.knows(bytes)) return undefined
  return codec.learn(bytes).catch((error: unknown) => {
    if (!isOttlaError(error, 'SCHEMA_UNKNOWN', 'RECORD_UNREADABLE')) throw error
  })
}
