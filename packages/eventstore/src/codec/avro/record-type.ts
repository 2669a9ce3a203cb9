import avsc from 'avsc'

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
