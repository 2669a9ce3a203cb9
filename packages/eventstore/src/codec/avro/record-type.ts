import avsc from 'avsc'
import { isCalled } from './is-called.js'
import { unwritable } from './refusal.js'
import type { AvroType, Resolver, Tap } from './tap.js'

type Options = { readonly registry: Record<string, unknown>; readonly ignoreNamespaces?: boolean }
type Field = avsc.types.Field & { readonly type: AvroType }

/**
 * Records, read as objects of a given prototype: instances of a message's class, made without running its constructor, or
 * plain objects for tools that have no class. What avsc calls `_create…` is generated code, like avsc's own, so that all records of a type share one hidden class.
 */
export class RecordType extends avsc.types.RecordType {
  /** @param options avsc's, which writes into them: must not be used for another schema. */
  constructor(schema: avsc.Schema, options: unknown, prototype: object) {
    super(schema, options)
    this.recordConstructor.prototype = prototype
  }

  /**
   * Called by avsc. It keeps a resolver before it knows whether there can be one, for recursive types, and would give the unfinished one of a branch that did not fit
   * to the next union with the same branches: what was begun here is forgotten where it fails.
   */
  _update(resolver: Resolver, writer: avsc.Type, options: Options): void {
    const known = new Set(Object.keys(options.registry))
    try {
      if (!(writer instanceof RecordType)) return
      if (!isCalled(this, writer.name, options.ignoreNamespaces)) throw new Error(`no alias found for ${writer.name}`)
      resolver._read = this.resolve(writer, options)
    } catch (error) {
      for (const key of [`${this.name}:${writer.name}`, ...Object.keys(options.registry).filter(each => !known.has(each))]) delete options.registry[key]
      throw error
    }
  }

  /** Called by avsc with the JSON of a default. */
  _copy(value: unknown, options?: { coerce?: number }): unknown {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unwritable(`a ${this.name}`)
    const given = value as Readonly<Record<string, unknown>>
    const fields = fieldsOf(this).map(field => {
      const missing = given[field.name] === undefined && options?.coerce === 2
      return missing ? defaultOf(field)() : field.type._copy(given[field.name], options)
    })
    return Reflect.construct(this.recordConstructor, fields)
  }

  /** The function that makes a record from the values of all fields in order. */
  _createConstructor(): (...values: unknown[]) => void {
    const parameters = this.fields.map((_, index) => `v${index}`)
    const body = this.fields.map(({ name }, index) => `this.${name} = v${index};`)
    return new Function(`return function ${functionName(this)}(${parameters.join()}) { ${body.join(' ')} }`)()
  }

  /** Messages are checked before they come here. */
  _createChecker(): () => boolean {
    return () => true
  }

  /** What a message does not have is written as its default; where the field may be absent, as absent. */
  _createWriter(): (tap: Tap, value: unknown) => void {
    const fields = fieldsOf(this)
    const body = fields.map((field, index) => {
      const write = `t${index}._write(t, v.${field.name});`
      return !hasDefault(field) || isNullable(field.type) ? write : `if (v.${field.name} === undefined) d${index}(t); else ${write}`
    })
    const parameters = fields.flatMap((_, index) => [`t${index}`, `d${index}`])
    const values = fields.flatMap(field => [field.type, (tap: Tap) => field.type._write(tap, defaultOf(field)())])
    return new Function(...parameters, `return function write(t, v) { ${body.join(' ')} }`)(...values)
  }

  /** Reads what the writer wrote in its order and makes a record of it in ours. */
  private resolve(writer: RecordType, options: Options): (tap: Tap) => unknown {
    const parameters = ['R']
    const values: unknown[] = [this.recordConstructor]
    const parameter = (value: unknown) => `p${values.push(value) - 1}` as const
    const sources = fieldsOf(this).map(field => ({ field, written: this.writtenAs(field, writer) }))
    const body = fieldsOf(writer).flatMap(written => {
      const readers = [...sources.entries()].filter(([, source]) => source.written === written)
      if (readers.length === 0) return [`${parameter(written.type)}._skip(t);`]
      return readers.map(([index, { field }], nth) => {
        const reader = parameter(field.type.createResolver(written.type, options as never))
        return `const v${index} = ${reader}._${nth < readers.length - 1 ? 'peek' : 'read'}(t);`
      })
    })
    const made = sources.map(({ field, written }, index) => (written ? `v${index}` : `${parameter(defaultOf(field))}()`))
    parameters.push(...values.slice(1).map((_, index) => `p${index + 1}`))
    return new Function(...parameters, `return function read(t) { ${body.join(' ')} return new R(${made.join()}); }`)(...values)
  }

  /** The field of the writer that a field is read from; undefined where its default takes its place. */
  private writtenAs(field: Field, writer: RecordType): Field | undefined {
    const names = [field.name, ...field.aliases]
    const found = fieldsOf(writer).filter(({ name }) => names.includes(name))
    if (found.length > 1) throw new Error(`ambiguous aliasing for ${writer.name}.${field.name} (${found.map(({ name }) => name)})`)
    if (found.length === 0 && !hasDefault(field)) throw new Error(`no matching field for default-less ${writer.name}.${field.name}`)
    return found[0]
  }
}

function functionName(type: RecordType): string {
  return (type as unknown as { _getConstructorName(): string })._getConstructorName()
}

function fieldsOf(type: RecordType): readonly Field[] {
  return type.fields as unknown as readonly Field[]
}

/** avsc's fields without a default inherit a function that gives undefined. */
function hasDefault(field: Field): boolean {
  return Object.hasOwn(field, 'defaultValue')
}

/** What makes the default of a field: a value of its own each time. */
function defaultOf(field: Field): () => unknown {
  const value = field.defaultValue()
  if (typeof value !== 'object' || value === null) return () => value
  return value instanceof Date ? () => new Date(value) : () => field.defaultValue()
}

function isNullable(type: avsc.Type): boolean {
  const { types = [type] } = type as { readonly types?: readonly avsc.Type[] }
  return types.some(({ typeName }) => typeName === 'null')
}
