import { parseSchema } from './parse-schema.js'
import { type EnumNode, type FieldNode, isNamed, type RecordNode, type SchemaNode, simpleName, typeText } from './schema-node.js'

/** One difference between two versions of a schema. */
export interface SchemaChange {
  readonly kind: 'added' | 'removed' | 'changed'
  /** Where in a message: `lines[].price`, empty for the message itself. */
  readonly path: string
  /** `null or string, default null`; `int → long`. */
  readonly what: string
}

/**
 * What a schema has changed, in the order of its fields, removed ones last: a diff for people. Documentation and the order of fields are left out, since they change
 * nothing that is read. Throws SCHEMA_INVALID.
 */
export function schemaChanges(before: string, after: string): readonly SchemaChange[] {
  const comparison = new Comparison()
  comparison.types(parseSchema(before), parseSchema(after), '')
  return comparison.changes
}

/** A change as a line of a diff: `+ note: null or string, default null`. */
export function changeLine({ kind, path, what }: SchemaChange): string {
  return `${{ added: '+', removed: '-', changed: '~' }[kind]} ${path || '(message)'}: ${what}`
}

class Comparison {
  readonly changes: SchemaChange[] = []
  /** Named types are told once, which also ends a recursion. */
  readonly #told = new Set<SchemaNode>()

  types(before: SchemaNode, after: SchemaNode, path: string): void {
    if (before.type === 'array' && after.type === 'array') return this.types(before.items, after.items, `${path}[]`)
    if (before.type === 'map' && after.type === 'map') return this.types(before.values, after.values, `${path}{}`)
    if (before.type === 'union' && after.type === 'union') return this.#unions(before.branches, after.branches, path)
    if (!isNamed(before) || !isNamed(after) || before.type !== after.type || !sameName(before, after)) {
      if (typeText(before) !== typeText(after)) this.#changed(path, `${typeText(before)} → ${typeText(after)}`)
      return
    }
    if (this.#told.has(after)) return
    this.#told.add(after)
    if (before.name !== after.name) this.#changed(path, `${before.name} is now called ${after.name}`)
    if (before.type === 'record' && after.type === 'record') this.#records(before, after, path)
    if (before.type === 'enum' && after.type === 'enum') this.#enums(before, after, path)
    if (before.type === 'fixed' && after.type === 'fixed' && before.size !== after.size) this.#changed(path, `${before.size} → ${after.size} bytes`)
  }

  #unions(before: readonly SchemaNode[], after: readonly SchemaNode[], path: string): void {
    const same = (a: SchemaNode, b: SchemaNode) => (isNamed(a) && isNamed(b) ? a.type === b.type && sameName(a, b) : a.type === b.type)
    for (const branch of after) {
      const known = before.find(each => same(each, branch))
      if (known) this.types(known, branch, path)
      else this.changes.push({ kind: 'added', path, what: `may be ${typeText(branch)}` })
    }
    for (const branch of before) {
      if (!after.some(each => same(branch, each))) this.changes.push({ kind: 'removed', path, what: `may no longer be ${typeText(branch)}` })
    }
  }

  #records(before: RecordNode, after: RecordNode, path: string): void {
    const kept = new Set<FieldNode>()
    for (const field of after.fields) {
      const inside = path ? `${path}.${field.name}` : field.name
      const known = before.fields.find(({ name }) => name === field.name) ?? before.fields.find(({ name }) => field.aliases.includes(name))
      if (!known) {
        this.changes.push({ kind: 'added', path: inside, what: `${typeText(field.type)}, ${defaultText(field)}` })
        continue
      }
      kept.add(known)
      if (known.name !== field.name) this.#changed(inside, `was called ${known.name}`)
      this.types(known.type, field.type, inside)
      if (defaultText(known) !== defaultText(field)) this.#changed(inside, `${defaultText(known)} → ${defaultText(field)}`)
    }
    for (const field of before.fields) {
      if (!kept.has(field))
        this.changes.push({ kind: 'removed', path: path ? `${path}.${field.name}` : field.name, what: `${typeText(field.type)}, ${defaultText(field)}` })
    }
  }

  #enums(before: EnumNode, after: EnumNode, path: string): void {
    const added = after.symbols.filter(symbol => !before.symbols.includes(symbol))
    const removed = before.symbols.filter(symbol => !after.symbols.includes(symbol))
    if (added.length > 0) this.changes.push({ kind: 'added', path, what: `may be ${added.join(' or ')}` })
    if (removed.length > 0) this.changes.push({ kind: 'removed', path, what: `may no longer be ${removed.join(' or ')}` })
    if (before.default !== after.default) this.#changed(path, `unknown symbols are ${before.default ?? 'refused'} → ${after.default ?? 'refused'}`)
  }

  #changed(path: string, what: string): void {
    this.changes.push({ kind: 'changed', path, what })
  }
}

function sameName(before: { readonly name: string }, after: { readonly name: string; readonly aliases: readonly string[] }): boolean {
  return simpleName(before.name) === simpleName(after.name) || after.aliases.includes(before.name)
}

function defaultText({ default: preset }: FieldNode): string {
  return preset === undefined ? 'no default' : `default ${JSON.stringify(preset)}`
}
