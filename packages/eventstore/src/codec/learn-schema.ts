import { isOttlaError } from '@ottla/core'
import type { Codec } from './codec.js'

/**
 * Makes sure that the codec has been asked for the schema of these bytes. What is no schema or not in the registry shows again,
 * with the record, when it is decoded; a registry that does not answer is thrown, so that good records are not taken for bad ones.
 */
export async function learnSchema(codec: Codec, bytes: Uint8Array): Promise<void> {
  if (codec.knows(bytes)) return
  try {
    await codec.learn(bytes)
  } catch (error) {
    if (!isOttlaError(error, 'SCHEMA_UNKNOWN', 'RECORD_UNREADABLE')) throw error
  }
}
