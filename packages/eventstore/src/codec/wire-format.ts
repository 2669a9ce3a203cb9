import { eventstoreErrors } from '../eventstore-errors.js'

/** How many bytes of Confluent's wire format come before Avro's: the magic byte 0 and the schema's id in 4 bytes. */
export const prefixLength = 5

export function writePrefix(buffer: Buffer, schemaId: number): void {
  buffer[0] = 0
  buffer[1] = schemaId >>> 24
  buffer[2] = schemaId >>> 16
  buffer[3] = schemaId >>> 8
  buffer[4] = schemaId
}

/** The id of the schema that the bytes were written with. Throws RECORD_FORMAT_UNKNOWN, RECORD_CUT_OFF. */
export function schemaIdOf(message: string, bytes: Buffer): number {
  if (bytes.length > 0 && bytes[0] !== 0) throw eventstoreErrors.create('RECORD_FORMAT_UNKNOWN', { message, byte: bytes[0] })
  if (bytes.length < prefixLength) throw eventstoreErrors.create('RECORD_CUT_OFF', { message, bytes: bytes.length })
  return bytes.readUInt32BE(1)
}
