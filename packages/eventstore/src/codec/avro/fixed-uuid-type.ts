import { FixedType } from './fixed-type.js'
import { unwritable } from './refusal.js'
import { isUuid } from './uuid-type.js'

/** UUIDs in 16 bytes, as text in lower case. */
export class FixedUuidType extends FixedType {
  protected override get what(): string {
    return 'a UUID'
  }

  protected override fromBytes(buffer: Buffer, start: number): string {
    const hex = buffer.toString('hex', start, start + 16)
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  }

  protected override bytesOf(value: unknown): Uint8Array {
    if (!isUuid(value)) throw unwritable(this.what)
    return Buffer.from(value.replaceAll('-', ''), 'hex')
  }
}
