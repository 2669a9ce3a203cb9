import avsc from 'avsc'

/** A decimal as one would write it with avsc's own means: for numbers of up to 6 bytes. */
class Decimal extends avsc.types.LogicalType {
  private readonly scale: number

  constructor(schema: avsc.Schema, options?: unknown) {
    super(schema, options)
    this.scale = (schema as unknown as { scale: number }).scale
  }

  protected override _fromValue(bytes: Buffer): string {
    const unscaled = bytes.readIntBE(0, bytes.length)
    const digits = String(Math.abs(unscaled)).padStart(this.scale + 1, '0')
    const text = `${digits.slice(0, -this.scale)}.${digits.slice(-this.scale)}`.replace(/\.?0+$/, '')
    return unscaled < 0 ? `-${text}` : text
  }

  protected override _toValue(text: string): Buffer {
    const [whole = '', fraction = ''] = text.split('.')
    const unscaled = Number(whole + fraction.padEnd(this.scale, '0'))
    let length = 1
    while (unscaled >= 2 ** (8 * length - 1) || unscaled < -(2 ** (8 * length - 1))) length++
    const bytes = Buffer.allocUnsafe(length)
    bytes.writeIntBE(unscaled, 0, length)
    return bytes
  }

  protected override _resolve(type: avsc.Type): ((value: unknown) => unknown) | undefined {
    return type instanceof Decimal ? value => value : undefined
  }
}

class Timestamp extends avsc.types.LogicalType {
  protected override _fromValue(time: number): Date {
    return new Date(time)
  }

  protected override _toValue(date: Date): number {
    return date.getTime()
  }

  protected override _resolve(type: avsc.Type): ((value: unknown) => unknown) | undefined {
    return type instanceof Timestamp ? value => value : undefined
  }
}

/** Exact longs, as avsc's documentation shows them. */
const long = avsc.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.allocUnsafe(8)
    buffer.writeBigInt64LE(value)
    return buffer
  },
  fromJSON: (value: number) => BigInt(value),
  toJSON: (value: bigint) => Number(value),
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
})

/** avsc's type for a schema, with the same logical types and exact longs. */
export function avscAlone(schema: string): avsc.Type {
  return avsc.Type.forSchema(JSON.parse(schema), { logicalTypes: { decimal: Decimal, 'timestamp-millis': Timestamp }, registry: { long } })
}
