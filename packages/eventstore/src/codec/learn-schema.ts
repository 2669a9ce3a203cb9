import type { Codec } from './codec.js'
import { isUnreadable } from './unreadable.js'

/**
 * Asks the registry for the schema of these bytes; undefined when it is known, so that nobody waits for nothing. What is no schema of Avro or
 * not in the registry shows again, with the record, when it is decoded. Rejects with every other error, such as REGISTRY_UNAVAILABLE, so that good
 * records are not taken for bad ones: the caller tries again where it is retriable.
 */
export function learnSchema(codec: Codec, bytes: Uint8Array): Promise<void> | undefined {
  if (codec.knows(bytes)) return undefined
  return codec.learn(bytes).catch((error: unknown) => {
    if (!isUnreadable(error)) throw error
  })
}
