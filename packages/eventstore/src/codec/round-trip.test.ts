import { deepStrictEqual } from 'node:assert'
import { event, type FieldType, type MessageClass, type MessageDefinition, messageDefinition, normalizeMessage, t, validateMessage, value } from '@ottla/core'
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
      const given = this.value(type)
      if (given !== undefined || this.coin()) fields[name] = given
    }
    return this.coin() ? new definition.class(fields) : fields
  }

  private fields(depth: number): Record<string, FieldType> {
    return Object.fromEntries(Array.from({ length: this.below(6) }, (_, index) => [`field${index}`, this.type(depth)]))
  }

  private type(depth: number): FieldType {
    const kind = this.below(depth > 0 ? 15 : 11)
    if (kind < scalars.length) return scalars[kind] as FieldType
    if (kind === 9) return t.decimal(1 + this.below(30), 0)
    if (kind === 10) return this.decimal()
    if (kind === 11) return t.array(this.type(depth - 1))
    if (kind === 12) return t.map(this.type(depth - 1))
    if (kind === 13) return t.record(value(`some.Value${this.names++}`, this.fields(depth - 1)))
    const of = this.type(depth - 1)
    return of.kind === 'optional' ? of : t.optional(of)
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
      default:
        return this.scalar(type.kind)
    }
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

const scalars = [t.string, t.boolean, t.int, t.long, t.float, t.double, t.bytes, t.uuid, t.timestamp]

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
