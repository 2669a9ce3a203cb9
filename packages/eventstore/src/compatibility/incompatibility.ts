import type { SchemaNode } from './schema-node.js'

/** Java's names (`SchemaIncompatibilityType`) for what keeps a reader from reading a writer's data. */
export const incompatibilityTypes = [
  'NAME_MISMATCH',
  'FIXED_SIZE_MISMATCH',
  'MISSING_ENUM_SYMBOLS',
  'READER_FIELD_MISSING_DEFAULT_VALUE',
  'TYPE_MISMATCH',
  'MISSING_UNION_BRANCH',
] as const

/** One of `incompatibilityTypes`; or FIELD_AMBIGUOUS, where Java throws instead: by its name and aliases a field of the reader is several fields of the writer. */
export type IncompatibilityType = (typeof incompatibilityTypes)[number] | 'FIELD_AMBIGUOUS'

/** One reason why data that was written with one schema cannot be read with another. */
export interface Incompatibility {
  readonly type: IncompatibilityType
  /** Where in the reader's schema, as Java tells it: a JSON pointer such as `/fields/1/type/items`. Inside a union Java begins anew. */
  readonly location: string
  /** Where in a message: `lines[].price`, empty for the message itself. */
  readonly path: string
  /** Java's message. */
  readonly message: string
  readonly reader: SchemaNode
  readonly writer: SchemaNode
  /** With MISSING_UNION_BRANCH: what is wrong with the branches of the reader's union that could have been meant. Java keeps that to itself. */
  readonly because: readonly Incompatibility[]
}
