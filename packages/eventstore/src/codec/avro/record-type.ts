import avsc from 'avsc'
import type { Resolver } from './tap.js'

const resolve = (avsc.types.RecordType.prototype as unknown as { _update(resolver: Resolver, writer: avsc.Type, options: object): void })._update

/**
 * Records, read as objects of a given prototype: instances of a message's class, made without running its constructor, or
 * plain objects for tools that have no class.
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
  _update(resolver: Resolver, writer: avsc.Type, options: { readonly registry: Record<string, unknown> }): void {
    const known = new Set(Object.keys(options.registry))
    try {
      resolve.call(this, resolver, writer, options)
    } catch (error) {
      for (const key of [`${this.name}:${writer.name}`, ...Object.keys(options.registry).filter(each => !known.has(each))]) delete options.registry[key]
      throw error
    }
  }

  /**
   * Called by avsc: the function that makes a record from the values of all fields in order. Generated, like avsc's own, so
   * that all records of a type share one hidden class; what is absent stays undefined, where avsc's own would put null.
   */
  _createConstructor(): (...values: unknown[]) => void {
    const parameters = this.fields.map((_, index) => `v${index}`)
    const defaults = this.fields.map(({ defaultValue }, index) =>
      (defaultValue() ?? undefined) !== undefined ? `if (v${index} === undefined) v${index} = d[${index}]();` : '',
    )
    const body = this.fields.map(({ name }, index) => `this.${name} = v${index};`)
    const name = (this as unknown as { _getConstructorName(): string })._getConstructorName()
    const make = new Function('d', `return function ${name}(${parameters.join()}) { ${defaults.join(' ')} ${body.join(' ')} }`)
    return make(this.fields.map(field => () => field.defaultValue()))
  }
}
