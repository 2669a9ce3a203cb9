import { findMessageDefinition, instantiate, type MessageClass, type MessageDefinition } from '@ottla/core'
import { eventstoreErrors } from '../eventstore-errors.js'

/** The key that marks a value which JSON has no form for: `{ "$": "Date", "v": 0 }`. */
const mark = '$'

/** A field that holds an object of a class which the initial state makes itself, such as the user's part of a saga's state. */
function sameClass(value: unknown, initial: unknown): boolean {
  if (typeof value !== 'object' || value === null || typeof initial !== 'object' || initial === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.getPrototypeOf(initial) && !builtIn.has(prototype)
}

const builtIn = new Set<unknown>([null, ...[Object, Array, Map, Set, Date, Uint8Array, Buffer].map(({ prototype }) => prototype)])

/**
 * States to JSON text and back, exactly: also undefined, bigint, NaN, Date, Map, Set, bytes and message classes, which come
 * back as instances. Anything else is refused instead of losing its class silently.
 */
export class StateCodec {
  private readonly classes: ReadonlyMap<string, MessageDefinition>

  /**
   * @param aggregate for errors: whose state it is
   * @param classes the message classes that a state may hold
   * @param initialState gives the object whose class the state itself has
   */
  constructor(
    private readonly aggregate: string,
    classes: readonly MessageDefinition[],
    private readonly initialState: () => object,
  ) {
    this.classes = new Map(classes.map(definition => [definition.name, definition]))
  }

  /** Throws STATE_NOT_STORABLE, naming the path, where `encode` would. */
  check(state: object): void {
    this.packState(state)
  }

  /** Throws STATE_NOT_STORABLE, naming the path. */
  encode(state: object): string {
    return JSON.stringify(this.packState(state))
  }

  private packState(state: object): Record<string, unknown> {
    const initial = this.initialState() as Record<string, unknown>
    const fields: Record<string, unknown> = {}
    for (const key of Object.keys(state)) fields[key] = this.packField((state as Record<string, unknown>)[key], initial[key], key)
    return fields
  }

  private packField(value: unknown, initial: unknown, key: string): unknown {
    try {
      return sameClass(value, initial) ? { [mark]: 'initial', v: this.packFields(value as object, key) } : this.pack(value, key)
    } catch (error) {
      // The call stack's end: looking for circles at every step would cost more than it is worth.
      if (error instanceof RangeError) throw this.refuse(key, 'which holds itself or is nested too deeply')
      throw error
    }
  }

  decode(text: string): object {
    const fields = JSON.parse(text) as Record<string, unknown>
    const state = this.initialState() as Record<string, unknown>
    for (const key in fields) {
      const packed = fields[key] as Record<string, unknown> | null
      if (packed?.[mark] === 'initial') Object.assign(state[key] as object, this.unpackFields(packed.v as Record<string, unknown>))
      else state[key] = this.unpack(packed)
    }
    return state
  }

  private pack(value: unknown, path: string): unknown {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value
      case 'number':
        return Number.isFinite(value) && !Object.is(value, -0) ? value : { [mark]: 'number', v: Object.is(value, -0) ? '-0' : String(value) }
      case 'undefined':
        return { [mark]: 'undefined' }
      case 'bigint':
        return { [mark]: 'bigint', v: value.toString() }
      case 'object':
        return value === null ? null : this.packObject(value, path)
      default:
        throw this.refuse(path, `a ${typeof value}`)
    }
  }

  private packObject(value: object, path: string): unknown {
    if (Array.isArray(value)) return value.map((item, index) => this.pack(item, `${path}[${index}]`))
    if (value instanceof Map)
      return { [mark]: 'Map', v: Array.from(value, ([key, item]) => [this.pack(key, `${path} key`), this.pack(item, `${path}(${String(key)})`)]) }
    if (value instanceof Set) return { [mark]: 'Set', v: Array.from(value, item => this.pack(item, `${path} item`)) }
    if (value instanceof Date) return { [mark]: 'Date', v: value.getTime() }
    if (value instanceof Uint8Array) return { [mark]: 'bytes', v: Buffer.from(value).toString('base64') }
    const fields = this.packFields(value, path)
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) return mark in fields ? { [mark]: 'object', v: fields } : fields
    const definition = findMessageDefinition(value.constructor as MessageClass)
    if (!definition || !this.classes.has(definition.name)) throw this.refuse(path, `an instance of ${value.constructor.name}`)
    return { [mark]: 'message', name: definition.name, v: fields }
  }

  private packFields(value: object, path: string): Record<string, unknown> {
    const fields: Record<string, unknown> = {}
    for (const key of Object.keys(value)) put(fields, key, this.pack((value as Record<string, unknown>)[key], `${path}.${key}`))
    return fields
  }

  private unpack(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(item => this.unpack(item))
    const packed = value as Record<string, unknown>
    switch (packed[mark]) {
      case undefined:
        return this.unpackFields(packed)
      case 'undefined':
        return undefined
      case 'number':
        return Number(packed.v)
      case 'bigint':
        return BigInt(packed.v as string)
      case 'Map':
        return new Map((packed.v as [unknown, unknown][]).map(([key, item]) => [this.unpack(key), this.unpack(item)]))
      case 'Set':
        return new Set((packed.v as unknown[]).map(item => this.unpack(item)))
      case 'Date':
        // JSON has null for the time of an invalid date.
        return new Date((packed.v as number | null) ?? Number.NaN)
      case 'bytes':
        return new Uint8Array(Buffer.from(packed.v as string, 'base64'))
      case 'message':
        return instantiate(this.classes.get(packed.name as string) as MessageDefinition, this.unpackFields(packed.v as Record<string, unknown>))
      default:
        return this.unpackFields(packed.v as Record<string, unknown>)
    }
  }

  private unpackFields(packed: Record<string, unknown>): Record<string, unknown> {
    const fields: Record<string, unknown> = {}
    for (const key in packed) put(fields, key, this.unpack(packed[key]))
    return fields
  }

  private refuse(path: string, problem: string): Error {
    return eventstoreErrors.create('STATE_NOT_STORABLE', { aggregate: this.aggregate, path, problem })
  }
}

/** Assigning to `__proto__` would set the prototype: maps of messages may have any key. */
function put(fields: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(fields, key, { value, writable: true, enumerable: true, configurable: true })
  else fields[key] = value
}
