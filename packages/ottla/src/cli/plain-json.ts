/**
 * JSON text of decoded data: whole numbers of 64 bits as text, so that no reader rounds them; points in time as ISO text;
 * bytes in base64; numbers that JSON does not have (NaN, Infinity) as text.
 */
export function plainJson(data: unknown): string {
  return JSON.stringify(plain(data))
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
  if (Array.isArray(value)) return value.map(plain)
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]))
}
