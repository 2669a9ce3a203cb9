import type { Incompatibility } from './incompatibility.js'
import { missingSymbols } from './reader-writer-check.js'
import { type SchemaNode, typeText } from './schema-node.js'

/** What a text calls the two schemas: `the new schema`, `version 2`. */
export interface SideNames {
  readonly reader: string
  readonly writer: string
}

/** One sentence for people: what differs where, and what would mend it. */
export function describeIncompatibility(incompatibility: Incompatibility, names: SideNames): string {
  const { because } = incompatibility
  const text = sentence(incompatibility, names)
  if (because.length === 0) return text
  return `${text} (${because.map(each => describeIncompatibility(each, names)).join('; ')})`
}

function sentence({ type, path, reader, writer, message }: Incompatibility, names: SideNames): string {
  const place = path || 'the message'
  const types = `${place} is ${typeText(reader)} in ${names.reader} and ${typeText(writer)} in ${names.writer}`
  switch (type) {
    case 'NAME_MISMATCH':
      return `${types}: keep the name, or add the alias ${typeText(writer)} to ${typeText(reader)}`
    case 'FIXED_SIZE_MISMATCH':
      return `${place} has ${sizeOf(reader)} bytes in ${names.reader} and ${sizeOf(writer)} in ${names.writer}: a fixed type cannot change its size, so make a new field`
    case 'MISSING_ENUM_SYMBOLS':
      return `${place} may be ${symbolsOf(reader, writer)} in ${names.writer}, which ${names.reader} does not know: keep the symbols, or give the enum a default`
    case 'READER_FIELD_MISSING_DEFAULT_VALUE':
      return `${path} has no default in ${names.reader}, and ${names.writer} does not have it: give the field a default, such as null`
    case 'TYPE_MISMATCH':
      return `${types}: these cannot be read as each other, so make a new field`
    case 'MISSING_UNION_BRANCH':
      return `${place} may be ${writtenText(writer, message)} in ${names.writer}, but only ${typeText(reader)} in ${names.reader}`
    case 'FIELD_AMBIGUOUS':
      return `${path} is several fields of ${names.writer} by its name and aliases: take the aliases away that the writer has as fields`
  }
}

/** For a union, the kind of the branch that Java names: the sentence is about that one. */
function writtenText(writer: SchemaNode, message: string): string {
  if (writer.type !== 'union') return typeText(writer)
  const kind = message.slice(message.lastIndexOf(' ') + 1).toLowerCase()
  return writer.branches
    .filter(branch => branch.type === kind)
    .map(typeText)
    .join(' or ')
}

function symbolsOf(reader: SchemaNode, writer: SchemaNode): string {
  return reader.type === 'enum' && writer.type === 'enum' ? missingSymbols(reader, writer).join(' or ') : ''
}

function sizeOf(node: SchemaNode): number | undefined {
  return node.type === 'fixed' ? node.size : undefined
}
