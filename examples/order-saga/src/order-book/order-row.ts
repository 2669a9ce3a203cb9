import { CsvError, type Info, parse } from 'csv-parse/sync'
import { orderBookErrors } from './order-book-errors.js'

/** The columns that an order book must have; others may stand between them. */
export const orderColumns = ['Order ID', 'Region', 'Ship Mode', 'Product ID', 'Category', 'Quantity', 'Sales'] as const

/** One line of the file, checked by itself. */
export interface OrderRow {
  /** Where it ends in the file, for errors. */
  readonly line: number
  readonly orderId: string
  readonly region: string
  readonly shipMode: string
  readonly productId: string
  readonly category: string
  readonly quantity: number
  /** `Sales`: an exact decimal with up to four digits behind the point. */
  readonly amount: string
}

/** The rows of a CSV file in its order. Throws ORDERS_UNREADABLE, or ORDERS_LINE_INVALID for the first broken line. */
export function readRows(file: string, bytes: Uint8Array): OrderRow[] {
  const fail = (problem: string, cause?: unknown) => orderBookErrors.create('ORDERS_UNREADABLE', { file, problem, columns: orderColumns.join(', ') }, { cause })
  let rows: OrderRow[] | undefined
  try {
    const header = (names: string[]) => {
      const missing = orderColumns.filter(column => !names.includes(column))
      if (missing.length > 0) throw fail(`it lacks ${missing.join(', ')}`)
      return names
    }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    rows = parse(text, { columns: header, info: true, skip_empty_lines: true, on_record: record => checkedRow(file, record as unknown as ParsedRow) })
  } catch (error) {
    if (error instanceof CsvError) throw lineInvalid(file, Number(error.lines), error.message, error)
    throw error instanceof TypeError ? fail('it is not UTF-8', error) : error
  }
  if (rows.length > 0) return rows
  throw fail('it has no orders')
}

/** The error for a line that does not fit. */
export function lineInvalid(file: string, line: number, problem: string, cause?: unknown) {
  return orderBookErrors.create('ORDERS_LINE_INVALID', { file, line, problem }, { cause })
}

interface ParsedRow {
  readonly info: Info
  readonly record: Record<(typeof orderColumns)[number], string>
}

function checkedRow(file: string, { info, record }: ParsedRow): OrderRow {
  for (const column of orderColumns) {
    if (record[column].trim() === '') throw lineInvalid(file, info.lines, `${column} is empty`)
  }
  const { Quantity: quantity, Sales: amount } = record
  if (!/^[1-9]\d{0,5}$/.test(quantity)) throw lineInvalid(file, info.lines, `Quantity is '${quantity}', expected a whole number from 1 to 999999`)
  if (!/^\d{1,8}(\.\d{1,4})?$/.test(amount)) {
    throw lineInvalid(file, info.lines, `Sales is '${amount}', expected a decimal number with up to eight digits before the point and four behind it`)
  }
  return {
    line: info.lines,
    orderId: record['Order ID'],
    region: record.Region,
    shipMode: record['Ship Mode'],
    productId: record['Product ID'],
    category: record.Category,
    quantity: Number(quantity),
    amount,
  }
}
