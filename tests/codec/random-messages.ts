import { event, Field, type FieldType, isNullable, Message, type MessageClass, type MessageDefinition, messageDefinition, t, Value, value } from '@ottla/core'
import { expect } from 'vitest'
import type { Random } from '../simulation/random.js'

/** Random definitions, and for each of them random messages that fit it without being canonical. */
export class RandomMessages {
  private names = 0

  constructor(private readonly random: Random) {}

  definition(): MessageDefinition {
    return messageDefinition(event(`some.Event${this.names++}`, this.fields(3)) as MessageClass)
  }

  message(definition: MessageDefinition): object {
    const fields: Record<string, unknown> = {}
    for (const { name, type } of this.shuffled(definition.fields)) {
      if (type.default !== undefined && this.random.below(3) === 0) continue
      const given = this.value(type)
      if (given !== undefined || this.random.chance(0.5)) fields[name] = given
    }
    return this.random.chance(0.5) ? new definition.class(fields) : fields
  }

  private fields(depth: number): Record<string, FieldType> {
    return Object.fromEntries(Array.from({ length: this.random.below(6) }, (_, index) => [`field${index}`, this.field(depth)]))
  }

  private field(depth: number): FieldType {
    const type = this.type(depth)
    if (type.kind === 'optional' || this.random.below(4) > 0) return type
    const preset = type.kind === 'union' ? this.branchValue(type.branches?.[0] as FieldType) : this.value(type)
    try {
      const withDefault = t.withDefault(type, preset as never) as FieldType
      return event('some.Tried', { withDefault }) && withDefault
    } catch (error) {
      expect(String(error)).toMatch(/NaN or Infinity|later branch/)
      return type
    }
  }

  private type(depth: number): FieldType {
    const kind = this.random.below(depth > 0 ? 12 : 8)
    if (kind < 5) return this.random.pick(scalars)
    if (kind === 5) return t.decimal(1 + this.random.below(30), 0)
    if (kind === 6) return this.decimal()
    if (kind === 7) return this.named()
    if (kind === 8) return t.array(this.type(depth - 1))
    if (kind === 9) return t.map(this.type(depth - 1))
    if (kind === 10) return this.random.chance(0.5) ? this.record(depth) : this.union(depth)
    const of = this.type(depth - 1)
    return isNullable(of) ? of : t.optional(of)
  }

  private record(depth: number): FieldType {
    if (this.random.below(8) === 0) return this.chain(this.type(depth - 1))
    return t.record(value(`some.Value${this.names++}`, this.fields(depth - 1)))
  }

  /** A record that may hold one of its own kind. */
  private chain(of: FieldType): FieldType {
    @Value(`some.Chain${this.names++}`)
    class Chain extends Message<Chain> {
      @Field(of) link!: unknown
      @Field(t.optional(Chain)) next?: Chain
    }
    return t.record(Chain)
  }

  private named(): FieldType {
    const name = `some.Named${this.names++}`
    const size = 1 + this.random.below(20)
    return this.random.pick([
      t.fixed(name, size),
      t.fixedUuid(name),
      t.duration(name),
      t.fixedDecimal(name, size, 1 + this.random.below(Math.floor(Math.log10(2) * (8 * size - 1))), 0),
      t.enum(name, ['open', 'closed', 'lost'], this.random.chance(0.5) ? { default: 'lost' } : {}),
    ] as readonly FieldType[])
  }

  /** Records, and at most one branch of each other kind. */
  private union(depth: number): FieldType {
    const others = [t.null, t.boolean, t.string, t.double, t.long, t.bytes, t.array(this.type(depth - 1)), t.map(this.type(depth - 1))] as readonly FieldType[]
    const branches = [this.record(depth), this.record(depth), ...others.filter(() => this.random.below(4) === 0)]
    return t.union(...this.shuffled(branches))
  }

  private decimal(): FieldType {
    const precision = 1 + this.random.below(40)
    return t.decimal(precision, this.random.below(precision + 1))
  }

  private value(type: FieldType): unknown {
    const of = type.of as FieldType
    switch (type.kind) {
      case 'optional':
        return this.random.below(3) === 0 ? this.value(of) : this.random.pick([undefined, null])
      case 'array':
        return Array.from({ length: this.random.below(4) }, () => this.value(of))
      case 'map':
        return Object.fromEntries(Array.from({ length: this.random.below(4) }, () => [this.random.pick(['a', '__proto__', '7', 'é€😀', '']), this.value(of)]))
      case 'record':
        return this.message(messageDefinition(type.class as MessageClass))
      case 'decimal':
        return this.decimalText(type)
      case 'union':
        return this.branchValue(this.random.pick(type.branches as readonly FieldType[]))
      case 'fixed':
        return Uint8Array.from({ length: type.size as number }, () => this.random.below(256))
      case 'enum':
        return this.random.pick(type.symbols as readonly string[])
      case 'duration':
        return { months: this.random.below(2 ** 32), days: 0, milliseconds: 2 ** 32 - 1 }
      default:
        return this.scalar(type.kind)
    }
  }

  /** In a union, values are told apart by their class. */
  private branchValue(branch: FieldType): unknown {
    const given = this.value(branch)
    return branch.kind === 'record' && branch.class && !(given instanceof branch.class) ? new branch.class(given) : given
  }

  private scalar(kind: FieldType['kind']): unknown {
    switch (kind) {
      case 'string':
        return this.random.pick(['', 'plain', 'é€😀\u0000', 'x'.repeat(this.random.below(300)), '\ufffd'])
      case 'boolean':
        return this.random.chance(0.5)
      case 'int':
        return this.random.pick([0, -0, 1, -1, 2 ** 31 - 1, -(2 ** 31), this.random.below(2 ** 31)])
      case 'long':
        return this.random.pick([0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), -(2n ** 53n) + 2n, -(2n ** 52n) - 1n, BigInt.asIntN(64, this.bits())])
      case 'float':
        return this.random.pick([0, -0, 0.1, Number.NaN, Number.POSITIVE_INFINITY, 1e-45, this.random.next() * 1e9])
      case 'double':
        return this.random.pick([0, -0, 0.1, Number.NaN, Number.NEGATIVE_INFINITY, Number.MAX_VALUE, 5e-324, this.random.next() * 1e9])
      case 'bytes':
        return this.random.chance(0.5) ? Buffer.from('bytes') : new Uint8Array([0, 255, this.random.below(256)])
      case 'uuid':
        return this.random.pick(['0189D2D5-7F6A-7C31-8A5E-0123456789AB', '0189d2d5-7f6a-7c31-8a5e-0123456789ab'])
      case 'null':
        return this.random.pick([undefined, null])
      case 'date':
        return this.random.pick(['1970-01-01', '2016-02-29', '0000-12-31', '-0001-01-01', '+5881580-07-11', '-5877641-06-23', '1582-10-15'])
      case 'time-millis':
        return this.random.pick([0, -0, 86_399_999, this.random.below(86_400_000)])
      case 'time-micros':
        return this.random.pick([0, 86_399_999_999, this.random.below(86_400_000_000)])
      case 'timestamp-micros':
      case 'timestamp-nanos':
      case 'local-timestamp-millis':
      case 'local-timestamp-micros':
      case 'local-timestamp-nanos':
        return this.scalar('long')
      default:
        return new Date(this.random.pick([0, -1, 8.64e15, -8.64e15, -(2 ** 52) - 1, this.random.below(2 ** 41)]))
    }
  }

  private decimalText({ precision = 0, scale = 0 }: FieldType): string {
    const digits = (length: number) => Array.from({ length }, () => this.random.pick([0, 0, 9, this.random.below(10)])).join('')
    const fraction = digits(this.random.below(scale + 1))
    return `${this.random.pick(['', '-'])}${this.random.pick(['', '00'])}${digits(this.random.below(precision - scale + 1)) || '0'}${fraction ? `.${fraction}` : ''}`
  }

  private bits(): bigint {
    return (BigInt(this.random.below(2 ** 32)) << 32n) | BigInt(this.random.below(2 ** 32))
  }

  private shuffled<T>(list: readonly T[]): T[] {
    return list
      .map(item => [this.random.next(), item] as const)
      .sort(([a], [b]) => a - b)
      .map(([, item]) => item)
  }
}

const scalars: readonly FieldType[] = [
  ...[t.null, t.string, t.boolean, t.int, t.long, t.float, t.double, t.bytes, t.uuid, t.date, t.timeMillis, t.timeMicros, t.timestamp],
  ...[t.timestampMicros, t.timestampNanos, t.localTimestampMillis, t.localTimestampMicros, t.localTimestampNanos],
]
