/** Bytes of a request in the shape in which kafkajs takes them from its own encoder. */
export function encoded(buffer: Buffer): { readonly buf: Buffer; readonly buffer: Buffer } {
  return { buf: buffer, buffer }
}
