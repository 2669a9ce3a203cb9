import { join } from 'node:path'
import Database from 'better-sqlite3'

/** The rows of a query on a view of a data folder, read as any SQLite client reads them. */
export function rowsOf<T = Record<string, unknown>>(data: string, view: string, sql: string): T[] {
  const database = new Database(join(data, 'views', `${view}.sqlite`), { readonly: true, fileMustExist: true })
  try {
    return database.prepare(sql).all() as T[]
  } finally {
    database.close()
  }
}

/** Resolves when the query gives at least `count` rows; while the file is not there yet, it gives none. */
export async function untilRows(data: string, view: string, sql: string, count: number): Promise<void> {
  for (;;) {
    try {
      if (rowsOf(data, view, sql).length >= count) return
    } catch (error) {
      // The app makes the file and its tables while this looks on.
      if (!/unable to open|does not exist|no such table|locked/.test((error as Error).message)) throw error
    }
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}
