import type avsc from 'avsc'
import type { AvroType } from './tap.js'

/**
 * What reads values of the writer's type as the reader's. Where full names do not match, names count without their namespace, as in Avro's Java implementation and so in
 * the registries: a type that moved to another namespace is still read. Full names come first, so that a union with the same name in two namespaces is read as it was
 * written. Throws avsc's errors where the one cannot be read as the other.
 */
export function resolverOf(reader: AvroType, writer: AvroType): ReturnType<avsc.Type['createResolver']> {
  // avsc keeps the resolvers that it makes in these options: fresh ones each time.
  try {
    return reader.createResolver(writer, {})
  } catch {
    return reader.createResolver(writer, { ignoreNamespaces: true } as Parameters<avsc.Type['createResolver']>[1])
  }
}
