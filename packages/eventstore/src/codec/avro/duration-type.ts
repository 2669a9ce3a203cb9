import type { CalendarDuration } from '@ottla/core'
import { FixedType } from './fixed-type.js'
import { unwritable } from './refusal.js'

/** Months, days and milliseconds in 12 bytes, as an object of three numbers. */
export class DurationType extends FixedType {
  protected override get what(): string {
    return '{ months, days, milliseconds }, whole numbers of 32 bits'
  }

  protected override fromBytes(buffer: Buffer, start: number): CalendarDuration {
    return { months: buffer.readUInt32LE(start), days: buffer.readUInt32LE(start + 4), milliseconds: buffer.readUInt32LE(start + 8) }
  }

  protected override bytesOf(value: unknown): Uint8Array {
    const { months, days, milliseconds } = (value ?? {}) as Partial<CalendarDuration>
    const parts = [months, days, milliseconds]
    if (!parts.every(part => typeof part === 'number' && part === part >>> 0)) throw unwritable(this.what)
    const bytes = Buffer.allocUnsafe(12)
    for (const [index, part] of parts.entries()) bytes.writeUInt32LE(part as number, 4 * index)
    return bytes
  }
}
