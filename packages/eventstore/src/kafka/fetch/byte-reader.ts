/** Reads the fields of Kafka's protocol and of its record batches, one after another. Reading past the end throws a RangeError. */
export class ByteReader {
  at: number

  constructor(
    readonly bytes: Buffer,
    start = 0,
  ) {
    this.at = start
  }

  int8(): number {
    return this.bytes.readInt8(this.at++)
  }

  int16(): number {
    this.at += 2
    return this.bytes.readInt16BE(this.at - 2)
  }

  int32(): number {
    this.at += 4
    return this.bytes.readInt32BE(this.at - 4)
  }

  /** Offsets, timestamps and producer ids: all below 2^53. */
  int64(): number {
    this.at += 8
    return this.bytes.readInt32BE(this.at - 8) * 0x1_0000_0000 + this.bytes.readUInt32BE(this.at - 4)
  }

  /** A string of the protocol; null as the empty one. */
  string(): string {
    const length = this.int16()
    return length < 0 ? '' : this.text(length)
  }

  /** A part of the same memory; undefined for null. */
  view(): Buffer | undefined {
    const length = this.int32()
    return length < 0 ? undefined : this.take(length)
  }

  list<T>(read: (reader: ByteReader) => T): T[] {
    const count = this.int32()
    return Array.from({ length: Math.max(count, 0) }, () => read(this))
  }

  /** A zigzag number of up to 32 bits. */
  varint(): number {
    const { bytes } = this
    let byte = bytes[this.at++] as number
    let value = byte & 127
    for (let shift = 7; byte > 127; shift += 7) {
      if (shift > 28 || this.at >= bytes.length) throw new RangeError('a number runs on past its end')
      byte = bytes[this.at++] as number
      value |= (byte & 127) << shift
    }
    return (value >>> 1) ^ -(value & 1)
  }

  /** A zigzag number of up to 64 bits. Exact up to 2^53. */
  varlong(): number {
    const { bytes } = this
    let value = 0
    let unit = 1
    for (;;) {
      if (this.at >= bytes.length || unit > 2 ** 63) throw new RangeError('a number runs on past its end')
      const byte = bytes[this.at++] as number
      value += (byte & 127) * unit
      if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2
      unit *= 128
    }
  }

  text(length: number): string {
    return this.bytes.toString('utf8', this.at, this.pass(length))
  }

  take(length: number): Buffer {
    return this.bytes.subarray(this.at, this.pass(length))
  }

  private pass(length: number): number {
    const end = this.at + length
    if (end > this.bytes.length) throw new RangeError('a field runs on past its end')
    this.at = end
    return end
  }
}
