/** What a handler or a query may give for a column or a parameter. */
export type ViewValue = string | number | bigint | boolean | Date | Uint8Array | null | undefined

/** A row, or a part of one, by the names of its columns. */
export type ViewRow = Readonly<Record<string, ViewValue>>

/** What a column holds when it is read: whole numbers beyond 2^53 are bigints, so that none is rounded. */
export type ViewResult = string | number | bigint | Buffer | null

export type ViewResultRow = Readonly<Record<string, ViewResult>>

/**
 * The value as SQLite binds it, or undefined when it cannot be kept. Whole numbers are bound as integers: bound as a
 * JavaScript number, 5 in a text column would become '5.0'. A Date is its ISO text, a boolean 1 or 0, undefined is null.
 */
export function toSql(value: ViewValue): string | number | bigint | Buffer | null | undefined {
  switch (typeof value) {
    case 'string':
    case 'bigint':
      return value
    case 'number':
      return Number.isSafeInteger(value) ? BigInt(value) : Number.isFinite(value) ? value : undefined
    case 'boolean':
      return value ? 1n : 0n
    case 'undefined':
      return null
    default:
      return objectToSql(value)
  }
}

function objectToSql(value: unknown): string | Buffer | null | undefined {
  if (value === null) return null
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString()
  return undefined
}

/** Turns the integers of a row that was read with safe integers into numbers where that is exact. Changes and returns `row`. */
export function fromSql<T>(row: T): T {
  const columns = row as Record<string, unknown>
  for (const column in columns) {
    const value = columns[column]
    if (typeof value === 'bigint' && value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER) columns[column] = Number(value)
  }
  return row
}
