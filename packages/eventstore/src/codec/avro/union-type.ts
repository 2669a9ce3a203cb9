import { findMessageDefinition, type JavaScriptKind, kindOfValue, type MessageClass } from '@ottla/core'
import avsc from 'avsc'
import { kindOfType } from './kind-of-type.js'
import { unreadable, unwritable } from './refusal.js'
import type { AvroType, Resolver, Tap } from './tap.js'

/**
 * A value of one of several types: the value itself, without a wrapper. When it writes, records are told apart by their class and all else by what it is in JavaScript. It
 * reads every union, also an empty one and those whose branches nothing would tell apart, which avsc's own cannot.
 */
export class UnionType extends avsc.Type implements AvroType {
  override readonly typeName: string = 'union:unwrapped'
  readonly types: readonly AvroType[]
  readonly #kinds = new Map<JavaScriptKind, number>()
  readonly #prototypes = new Map<unknown, number>()

  /** @throws where a union stands in a union, or two branches are one type. */
  constructor(types: readonly AvroType[]) {
    super()
    const names = types.map(({ branchName }) => branchName)
    if (types.some(type => avsc.Type.isType(type, 'union'))) throw new Error('a union stands directly in a union')
    const twice = names.find((name, index) => names.indexOf(name) < index)
    if (twice !== undefined) throw new Error(`a union has ${twice} twice`)
    this.types = types
    for (const [index, type] of types.entries()) {
      const kind = kindOfType(type)
      if (kind === 'instance') this.#prototypes.set((type as unknown as avsc.types.RecordType).recordConstructor.prototype, index)
      else if (!this.#kinds.has(kind)) this.#kinds.set(kind, index)
    }
  }

  _read(tap: Tap): unknown {
    return this.#branch(tap)._read(tap)
  }

  _write(tap: Tap, value: unknown): void {
    const index = this.#indexOf(value)
    if (index === undefined) throw unwritable(`one of ${this.types.map(({ branchName }) => branchName).join(', ')}`)
    tap.writeLong(index)
    ;(this.types[index] as AvroType)._write(tap, value)
  }

  _skip(tap: Tap): void {
    this.#branch(tap)._skip(tap)
  }

  /** The branch that the writer means comes first, so that a value of it is not read as another one that it could be converted to. */
  _update(resolver: Resolver, writer: avsc.Type, options: object): void {
    const same = this.types.filter(type => type.branchName === writer.branchName)
    for (const type of [...same, ...this.types.filter(type => !same.includes(type))]) {
      try {
        const branch = type.createResolver(writer, options as never) as unknown as Resolver
        resolver._read = tap => branch._read(tap)
        return
      } catch {
        // The next one may do.
      }
    }
  }

  _copy(value: unknown, options?: { coerce?: number }): unknown {
    if (options?.coerce === 2) return defaultOfUnion(this.types, value)
    const index = this.#indexOf(value)
    return index === undefined ? value : (this.types[index] as AvroType)._copy(value, options)
  }

  _deref(_schema: unknown, options: object): unknown {
    return this.types.map(type => (type as unknown as { _attrs(options: object): unknown })._attrs(options))
  }

  #branch(tap: Tap): AvroType {
    const index = tap.readLong()
    const branch = this.types[index]
    if (!branch) throw unreadable(`a union has no branch ${index}`)
    return branch
  }

  #indexOf(value: unknown): number | undefined {
    const kind = kindOfValue(value)
    if (kind !== 'instance') return this.#kinds.get(kind)
    return (
      this.#prototypes.get(Object.getPrototypeOf(value)) ??
      this.#prototypes.get(findMessageDefinition((value as object).constructor as MessageClass)?.class.prototype)
    )
  }
}

/** The default of a union: of the first branch that its JSON fits, as Java has it since 1.11; the first branch by the specification. */
export function defaultOfUnion(types: readonly AvroType[], json: unknown): unknown {
  for (const type of types) {
    try {
      return type._copy(json, { coerce: 2 })
    } catch {
      // The next one may do.
    }
  }
  throw unwritable('of any type of its union')
}
