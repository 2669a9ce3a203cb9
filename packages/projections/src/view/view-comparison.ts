import type { Database } from 'better-sqlite3'
import { openViewForReading } from './view-file.js'
import { quotedList, userTables, type ViewTable } from './view-table.js'

/** A row in which two views differ: as it is in each of them, undefined where it has none. */
export interface ViewDifference {
  readonly table: string
  readonly first?: Readonly<Record<string, unknown>>
  readonly second?: Readonly<Record<string, unknown>>
}

/**
 * Compares the rows of two view files, table by table in the order of the primary key (of all columns where there is none),
 * and gives the first differences, at most `limit`; none means that they are equal. Ottla's tables and the order in which
 * rows were inserted do not count. Throws VIEW_MISSING, VIEW_DAMAGED.
 */
export function compareViews(first: string, second: string, limit = 10): ViewDifference[] {
  const databases = [openViewForReading(first, first), openViewForReading(second, second)] as const
  try {
    const [firstTables, secondTables] = databases.map(database => new Map(userTables(database).map(table => [table.name, table])))
    const differences: ViewDifference[] = []
    for (const name of new Set([...(firstTables?.keys() ?? []), ...(secondTables?.keys() ?? [])])) {
      for (const difference of compareTable(name, rowsOf(databases[0], firstTables?.get(name)), rowsOf(databases[1], secondTables?.get(name)))) {
        if (differences.length === limit) return differences
        differences.push(difference)
      }
    }
    return differences
  } finally {
    for (const database of databases) database.close()
  }
}

type Row = Record<string, unknown>

function rowsOf(database: Database, table: ViewTable | undefined): Iterator<Row> {
  if (!table) return [][Symbol.iterator]()
  const order = table.key.length > 0 ? table.key : table.columns
  const columns = quotedList(table.columns)
  return database
    .prepare<[], Row>(`select ${columns} from ${quotedList([table.name])} order by ${quotedList(order)}`)
    .safeIntegers(true)
    .iterate()
}

/** Walks both side by side; a row that only one has shows as a difference of each pair from there on. */
function* compareTable(table: string, first: Iterator<Row>, second: Iterator<Row>): Generator<ViewDifference> {
  try {
    for (;;) {
      const [a, b] = [first.next(), second.next()]
      if (a.done && b.done) return
      const difference = { table, first: a.done ? undefined : a.value, second: b.done ? undefined : b.value }
      if (text(difference.first) !== text(difference.second)) yield difference
    }
  } finally {
    // A connection with an open query cannot be closed.
    first.return?.()
    second.return?.()
  }
}

const text = (row: Row | undefined): string | undefined => row && JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))
