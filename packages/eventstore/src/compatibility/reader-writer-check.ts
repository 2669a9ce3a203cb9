import type { Incompatibility, IncompatibilityType } from './incompatibility.js'
import { Place } from './place.js'
import { type EnumNode, type FieldNode, isNamed, type NamedNode, type RecordNode, type SchemaNode, simpleName, type UnionNode } from './schema-node.js'

/** Reader type → the other types of a writer that it can read. */
const promotions: Partial<Record<SchemaNode['type'], readonly SchemaNode['type'][]>> = {
  long: ['int'],
  float: ['int', 'long'],
  double: ['int', 'long', 'float'],
  bytes: ['string'],
  string: ['bytes'],
}

const none: readonly Incompatibility[] = []

/**
 * What keeps data that was written with one schema from being read with another, empty when nothing does: the verdict, the list and its order as
 * `SchemaCompatibility.checkReaderWriterCompatibility` of Avro 1.12.1 for Java has them. So named types are the same where their names without namespace are, or an
 * alias of the reader is the writer's full name; logical types do not count.
 */
export function checkReaderWriter(reader: SchemaNode, writer: SchemaNode): readonly Incompatibility[] {
  try {
    return new ReaderWriterCheck().check(reader, writer, Place.root)
  } catch (error) {
    if (error instanceof AmbiguousField) return [error.incompatibility]
    throw error
  }
}

/** Ends the whole check, as Java's exception does. */
class AmbiguousField extends Error {
  constructor(readonly incompatibility: Incompatibility) {
    super(incompatibility.message)
  }
}

class ReaderWriterCheck {
  /** Results by reader and writer; a pair that is still being checked counts as compatible until it is proven not to be. */
  readonly #results = new Map<SchemaNode, Map<SchemaNode, readonly Incompatibility[]>>()

  check(reader: SchemaNode, writer: SchemaNode, at: Place): readonly Incompatibility[] {
    const results = this.#results.get(reader) ?? new Map<SchemaNode, readonly Incompatibility[]>()
    this.#results.set(reader, results)
    const known = results.get(writer)
    if (known) return known
    results.set(writer, none)
    const result = this.#compare(reader, writer, at)
    results.set(writer, result)
    return result
  }

  #compare(reader: SchemaNode, writer: SchemaNode, at: Place): readonly Incompatibility[] {
    if (reader.type === 'union' && writer.type === 'union') return this.#unions(reader, writer, at)
    if (writer.type === 'union') return writer.branches.flatMap((branch, index) => this.check(reader, branch, at.within(index)))
    if (reader.type === 'union') return this.#intoUnion(reader, writer, at)
    if (reader.type === 'array' && writer.type === 'array') return this.check(reader.items, writer.items, at.items())
    if (reader.type === 'map' && writer.type === 'map') return this.check(reader.values, writer.values, at.values())
    if (isNamed(reader) && isNamed(writer) && reader.type === writer.type) return this.#named(reader, writer, at)
    if (reader.type === writer.type || promotions[reader.type]?.includes(writer.type)) return none
    const message = `reader type: ${upper(reader)} not compatible with writer type: ${upper(writer)}`
    return [found('TYPE_MISMATCH', at, message, reader, writer)]
  }

  /** Through `check`, as in Java: what it has kept for a union and a branch counts again, also where it was found in the middle of a recursion. */
  #unions(reader: UnionNode, writer: UnionNode, at: Place): readonly Incompatibility[] {
    return writer.branches.flatMap((branch, index) => {
      const [problem] = this.check(reader, branch, at.branch())
      return problem ? [{ ...problem, location: at.within(index).location, path: at.path, writer }] : none
    })
  }

  #intoUnion(reader: UnionNode, writer: SchemaNode, at: Place): readonly Incompatibility[] {
    const because: Incompatibility[] = []
    for (const branch of reader.branches) {
      const problems = this.check(branch, writer, at.branch())
      if (problems.length === 0) return none
      if (branch.type === writer.type) because.push(...problems)
    }
    return [found('MISSING_UNION_BRANCH', at, `reader union lacking writer type: ${upper(writer)}`, reader, writer, because)]
  }

  #named(reader: NamedNode, writer: NamedNode, at: Place): readonly Incompatibility[] {
    const problems: Incompatibility[] = []
    if (simpleName(reader.name) !== simpleName(writer.name) && !reader.aliases.includes(writer.name)) {
      problems.push(found('NAME_MISMATCH', at.within('name'), `expected: ${writer.name}`, reader, writer))
    }
    if (reader.type === 'fixed' && writer.type === 'fixed' && reader.size !== writer.size) {
      problems.push(found('FIXED_SIZE_MISMATCH', at.within('size'), `expected: ${writer.size}, found: ${reader.size}`, reader, writer))
    }
    if (reader.type === 'enum' && writer.type === 'enum') problems.push(...symbolsMissing(reader, writer, at.within('symbols')))
    if (reader.type === 'record' && writer.type === 'record') problems.push(...this.#fields(reader, writer, at))
    return problems
  }

  #fields(reader: RecordNode, writer: RecordNode, at: Place): readonly Incompatibility[] {
    return reader.fields.flatMap((field, index) => {
      const inside = at.field(index, field.name)
      const written = this.#writerField(reader, writer, field, inside)
      if (written) return this.check(field.type, written.type, inside.within('type'))
      if (field.default !== undefined) return none
      // Java compares the enum with the writer's record here; the outcome is a type mismatch where one would expect a missing default.
      if (field.type.type === 'enum' && field.type.default !== undefined) return this.check(field.type, writer, inside.within('type'))
      return [found('READER_FIELD_MISSING_DEFAULT_VALUE', inside, field.name, reader, writer)]
    })
  }

  #writerField(reader: RecordNode, writer: RecordNode, { name, aliases }: FieldNode, at: Place): FieldNode | undefined {
    const names = [name, ...aliases]
    const matches = names.flatMap(each => writer.fields.filter(field => field.name === each))
    if (matches.length < 2) return matches[0]
    const message = `Reader record field ${name} matches multiple fields in writer record schema ${writer.name}`
    throw new AmbiguousField(found('FIELD_AMBIGUOUS', at, message, reader, writer))
  }
}

function symbolsMissing(reader: EnumNode, writer: EnumNode, at: Place): readonly Incompatibility[] {
  const missing = missingSymbols(reader, writer)
  return missing.length === 0 || reader.default !== undefined ? none : [found('MISSING_ENUM_SYMBOLS', at, `[${missing.join(', ')}]`, reader, writer)]
}

/** The symbols of the writer that the reader does not have, sorted. */
export function missingSymbols(reader: EnumNode, writer: EnumNode): readonly string[] {
  return writer.symbols.filter(symbol => !reader.symbols.includes(symbol)).sort()
}

function found(
  type: IncompatibilityType,
  at: Place,
  message: string,
  reader: SchemaNode,
  writer: SchemaNode,
  because: readonly Incompatibility[] = none,
): Incompatibility {
  return { type, location: at.location, path: at.path, message, reader, writer, because }
}

function upper({ type }: SchemaNode): string {
  return type.toUpperCase()
}
