import type { MessageDefinition } from '@ottla/core'
import { AvroCodec, type Codec, eventstoreErrors } from '@ottla/eventstore'
import { MemoryRegistry } from '@ottla/testing'
import type { ClientLink } from './kafka-model/client-link.js'
import type { Conditions } from './nemesis.js'

/** The schemas of the bank, the same for all nodes of all runs: to compile them anew for each node would be a third of the time. */
export const bankCodec: Codec = new AvroCodec(new MemoryRegistry())

/** A node's codec, which needs the registry when the node starts. */
export function codecBehind(link: ClientLink, nemesis: Conditions): Codec {
  return {
    async prepare(topic: string, definitions: readonly MessageDefinition[]): Promise<void> {
      await new Promise<void>(resolve => nemesis.clock.nextTurn(() => link.whenAwake(resolve)))
      if (nemesis.isRegistryDown) throw eventstoreErrors.create('REGISTRY_UNAVAILABLE', { registry: 'memory', request: 'register', error: 'it is down' })
      await bankCodec.prepare(topic, definitions)
    },
    learnVersions: (topic, definitions) => bankCodec.learnVersions(topic, definitions),
    encode: (topic, definition, message) => bankCodec.encode(topic, definition, message),
    learn: bytes => bankCodec.learn(bytes),
    knows: bytes => bankCodec.knows(bytes),
    typeOf: bytes => bankCodec.typeOf(bytes),
    decode: (definition, bytes) => bankCodec.decode(definition, bytes),
    decodePlain: bytes => bankCodec.decodePlain(bytes),
  }
}
