import { deepStrictEqual } from 'node:assert'
import {
  event,
  type FieldType,
  isNullable,
  type MessageClass,
  type MessageDefinition,
  messageDefinition,
  normalizeMessage,
  t,
  validateMessage,
  value,
} from '@ottla/core'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { EmbeddedRegistry } from '../embedded/embedded-registry.js'
import { AvroCodec } from './avro-codec.js'

/** Mulberry32: small, and the same on every machine. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Random definitions, and for each of them random messages that fit it without being canonical. */
class Messages {
  private readonly next: () => number
  private names = 0

  constructor(seed: number) {
    this.next = random(seed)
  }

  definition(): MessageDefinition {
    return messageDefinition(event(`some.Event${this.names++}`, this.fields(3)) as MessageClass)
  }

  message(definition: MessageDefinition): object {
    const fields: Record<string, unknown> = {}
    for (const { name, type } of this.shuffled(definition.fields)) {
      if (type.default !== undefined && this.below(3) === 0) continue
      const given = this.value(type)
      if (given !== undefined || this.coin()) fields[name] = given
    }
    return this.coin() ? new definition.class(fields) : fields
  }

  private fields(depth: number): Record<string, FieldType> {
    return Object.fromEntries(Array.from({ length: this.below(6) }, (_, index) => [`field${index}`, this.field(depth)]))
  }

  private field(depth: number): FieldType {
    const type = this.type(depth)
    if (type.kind === 'optional' || this.below(4) > 0) return type
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
    const kind = this.below(depth > 0 ? 12 : 8)
    if (kind < 5) return this.pick(scalars)
    if (kind === 5) return t.decimal(1 + this.below(30), 0)
    if (kind === 6) return this.decimal()
    if (kind === 7) return this.named()
    if (kind === 8) return t.array(this.type(depth - 1))
    if (kind === 9) return t.map(this.type(depth - 1))
    if (kind === 10) return this.coin() ? this.record(depth) : this.union(depth)
    const of = this.type(depth - 1)
    return isNullable(of) ? of : t.optional(of)
  }

  private record(depth: number): FieldType {
    return t.record(value(`some.Value${this.names++}`, this.fields(depth - 1)))
  }

  private named(): FieldType {
    const name = `some.Named${this.names++}`
    const size = 1 + this.below(20)
    return this.pick([
      t.fixed(name, size),
      t.fixedUuid(name),
      t.duration(name),
      t.fixedDecimal(name, size, 1 + this.below(Math.floor(Math.log10(2) * (8 * size - 1))), 0),
      t.enum(name, ['open', 'closed', 'lost'], this.coin() ? { default: 'lost' } : {}),
    ] as readonly FieldType[])
  }

  /** Records, and at most one branch of each other kind. */
  private union(depth: number): FieldType {
    const others = [t.null, t.boolean, t.string, t.double, t.long, t.bytes, t.array(this.type(depth - 1)), t.map(this.type(depth - 1))] as readonly FieldType[]
    const branches = [this.record(depth), this.record(depth), ...others.filter(() => this.below(4) === 0)]
    return t.union(...this.shuffled(branches))
  }

  private decimal(): FieldType {
    const precision = 1 + this.below(40)
    return t.decimal(precision, this.below(precision + 1))
  }

  private value(type: FieldType): unknown {
    const of = type.of as FieldType
    switch (type.kind) {
      case 'optional':
        return [undefined, null, this.value(of)][this.below(3)]
      case 'array':
        return Array.from({ length: this.below(4) }, () => this.value(of))
      case 'map':
        return Object.fromEntries(Array.from({ length: this.below(4) }, () => [this.pick(['a', '__proto__', '7', 'é€😀', '']), this.value(of)]))
      case 'record':
        return this.message(messageDefinition(type.class as MessageClass))
      case 'decimal':
        return this.decimalText(type)
      case 'union':
        return this.branchValue(this.pick(type.branches as readonly FieldType[]))
      case 'fixed':
        return Uint8Array.from({ length: type.size as number }, () => this.below(256))
      case 'enum':
        return this.pick(type.symbols as readonly string[])
      case 'duration':
        return { months: this.below(2 ** 32), days: 0, milliseconds: 2 ** 32 - 1 }
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
        return this.pick(['', 'plain', 'é€😀\u0000', 'x'.repeat(this.below(300)), '\ufffd'])
      case 'boolean':
        return this.coin()
      case 'int':
        return this.pick([0, -0, 1, -1, 2 ** 31 - 1, -(2 ** 31), this.below(2 ** 31)])
      case 'long':
        return this.pick([0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), -(2n ** 53n) + 2n, -(2n ** 52n) - 1n, BigInt.asIntN(64, this.bits())])
      case 'float':
        return this.pick([0, -0, 0.1, Number.NaN, Number.POSITIVE_INFINITY, 1e-45, this.next() * 1e9])
      case 'double':
        return this.pick([0, -0, 0.1, Number.NaN, Number.NEGATIVE_INFINITY, Number.MAX_VALUE, 5e-324, this.next() * 1e9])
      case 'bytes':
        return this.coin() ? Buffer.from('bytes') : new Uint8Array([0, 255, this.below(256)])
      case 'uuid':
        return this.pick(['0189D2D5-7F6A-7C31-8A5E-0123456789AB', '0189d2d5-7f6a-7c31-8a5e-0123456789ab'])
      case 'null':
        return this.pick([undefined, null])
      case 'date':
        return this.pick(['1970-01-01', '2016-02-29', '0000-12-31', '-0001-01-01', '+5881580-07-11', '-5877641-06-23', '1582-10-15'])
      case 'time-millis':
        return this.pick([0, -0, 86_399_999, this.below(86_400_000)])
      case 'time-micros':
        return this.pick([0, 86_399_999_999, this.below(86_400_000_000)])
      case 'timestamp-micros':
      case 'timestamp-nanos':
      case 'local-timestamp-millis':
      case 'local-timestamp-micros':
      case 'local-timestamp-nanos':
        return this.scalar('long')
      default:
        return new Date(this.pick([0, -1, 8.64e15, -8.64e15, -(2 ** 52) - 1, this.below(2 ** 41)]))
    }
  }

  private decimalText({ precision = 0, scale = 0 }: FieldType): string {
    const digits = (length: number) => Array.from({ length }, () => this.pick([0, 0, 9, this.below(10)])).join('')
    const fraction = digits(this.below(scale + 1))
    return `${this.pick(['', '-'])}${this.pick(['', '00'])}${digits(this.below(precision - scale + 1)) || '0'}${fraction ? `.${fraction}` : ''}`
  }

  private bits(): bigint {
    return (BigInt(this.below(2 ** 32)) << 32n) | BigInt(this.below(2 ** 32))
  }

  private shuffled<T>(list: readonly T[]): T[] {
    return list
      .map(item => [this.next(), item] as const)
      .sort(([a], [b]) => a - b)
      .map(([, item]) => item)
  }

  private pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }

  private below(limit: number): number {
    return Math.floor(this.next() * limit)
  }

  private coin(): boolean {
    return this.next() < 0.5
  }
}

const scalars: readonly FieldType[] = [
  ...[t.null, t.string, t.boolean, t.int, t.long, t.float, t.double, t.bytes, t.uuid, t.date, t.timeMillis, t.timeMicros, t.timestamp],
  ...[t.timestampMicros, t.timestampNanos, t.localTimestampMillis, t.localTimestampMicros, t.localTimestampNanos],
]

test('what is read back is the normal form of what was written, for any definition and message', async () => {
  const codec = new AvroCodec(new EmbeddedRegistry(new Database(':memory:'), false))
  const messages = new Messages(20_261_121)
  for (let round = 0; round < 400; round++) {
    const definition = messages.definition()
    await codec.prepare('topic', [definition])
    for (let each = 0; each < 10; each++) {
      const message = messages.message(definition)
      validateMessage(definition, message)
      const normal = normalizeMessage(definition, message)
      const bytes = codec.encode('topic', definition, message)
      const read = codec.decode(definition, bytes)
      deepStrictEqual(read, normal)
      expect(JSON.stringify(read, bigintsAsText)).toBe(JSON.stringify(normal, bigintsAsText))
      deepStrictEqual(normalizeMessage(definition, normal), normal)
      expect(codec.encode('topic', definition, normal)).toEqual(bytes)
    }
  }
})

function bigintsAsText(_: string, part: unknown): unknown {
  return typeof part === 'bigint' ? `${part}n` : part
}
