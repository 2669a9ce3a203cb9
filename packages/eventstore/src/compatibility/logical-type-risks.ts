import { parseSchema } from './parse-schema.js'
import { checkReaderWriter } from './reader-writer-check.js'
import { isNamed, type LogicalType, type SchemaNode, simpleName, typeText } from './schema-node.js'

/** A value whose meaning the two schemas tell differently. */
export interface LogicalTypeRisk {
  /** Where in a message: `lines[].price`. */
  readonly path: string
  /** What may happen, with both types. */
  readonly sentence: string
  /** Whether every value is read as another one, such as microseconds as milliseconds, or a decimal as text; else some values are, or some readers do so. */
  readonly certain: boolean
}

/**
 * Where reader and writer mean different things by the same bytes. Avro's verdict does not look at logical types, so a registry takes a decimal with another scale, or
 * microseconds for milliseconds; this is Ottla's own, stricter rule, kept apart from that verdict. Only for schemas that `checkReaderWriter` finds nothing in.
 * Throws SCHEMA_INVALID.
 */
export function logicalTypeRisks(reader: string, writer: string): readonly LogicalTypeRisk[] {
  const search = new Search()
  search.compare(parseSchema(reader), parseSchema(writer), '')
  return search.risks
}

class Search {
  readonly risks: LogicalTypeRisk[] = []
  readonly #seen = new Map<SchemaNode, Set<SchemaNode>>()

  compare(reader: SchemaNode, writer: SchemaNode, path: string): void {
    const seen = this.#seen.get(reader) ?? new Set()
    if (seen.has(writer)) return
    this.#seen.set(reader, seen.add(writer))
    if (writer.type === 'union') {
      for (const branch of writer.branches) this.compare(reader, branch, path)
    } else if (reader.type === 'union') {
      const branch = branchFor(reader.branches, writer)
      if (branch) this.compare(branch, writer, path)
    } else if (reader.type === 'array' && writer.type === 'array') this.compare(reader.items, writer.items, `${path}[]`)
    else if (reader.type === 'map' && writer.type === 'map') this.compare(reader.values, writer.values, `${path}{}`)
    else if (reader.type === 'record' && writer.type === 'record') {
      for (const field of reader.fields) {
        const written = writer.fields.find(({ name }) => name === field.name || field.aliases.includes(name))
        if (written) this.compare(field.type, written.type, path ? `${path}.${field.name}` : field.name)
      }
    } else this.#leaves(reader, writer, path)
  }

  #leaves(reader: SchemaNode, writer: SchemaNode, path: string): void {
    const [read, written] = [logicalOf(reader), logicalOf(writer)]
    if (read?.logicalType === written?.logicalType && read?.precision === written?.precision && (read?.scale ?? 0) === (written?.scale ?? 0)) return
    this.risks.push({
      path,
      certain: isCertain(reader, read, written),
      sentence: `${path || 'the message'} was written as ${typeText(writer)} and is read as ${typeText(reader)}: ${riskOf(read, written)}`,
    })
  }
}

/** A type that is added or taken away may only say or hide what the numbers meant all along. */
function isCertain(reader: SchemaNode, read: LogicalType | undefined, written: LogicalType | undefined): boolean {
  if (written?.logicalType === 'decimal' && reader.type === 'string') return true
  return read !== undefined && written !== undefined && read.logicalType !== written.logicalType
}

function riskOf(read: LogicalType | undefined, written: LogicalType | undefined): string {
  if (read?.logicalType === 'decimal' && written?.logicalType === 'decimal') {
    const grows = (read.scale ?? 0) >= (written.scale ?? 0) && whole(read) >= whole(written)
    const ottla = grows ? 'Ottla reads it rightly' : 'Ottla refuses a value that does not fit'
    return read.scale === written.scale ? ottla : `${ottla}, but readers that take the scale of their own schema, as those in Java do, are off by powers of ten`
  }
  if (read?.logicalType === 'uuid') return 'a text that is no UUID is refused'
  return 'Avro passes the number or the bytes on as they are, whatever they mean'
}

function whole({ precision = 0, scale = 0 }: LogicalType): number {
  return precision - scale
}

function branchFor(branches: readonly SchemaNode[], writer: SchemaNode): SchemaNode | undefined {
  const same = branches.filter(branch => branch.type === writer.type)
  const named = isNamed(writer) ? same.find(branch => isNamed(branch) && simpleName(branch.name) === simpleName(writer.name)) : same[0]
  return named ?? branches.find(branch => checkReaderWriter(branch, writer).length === 0)
}

function logicalOf(node: SchemaNode): LogicalType | undefined {
  return 'logical' in node ? node.logical : undefined
}
