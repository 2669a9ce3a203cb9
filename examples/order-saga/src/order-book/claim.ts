import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OrderBook } from './order-book.js'
import { orderBookErrors } from './order-book-errors.js'

const claimIn = (folder: string) => join(folder, 'orders.json')

/** Notes in the data folder which order book it is for. Throws ORDERS_DIFFER when it was begun with another one: the results would mix. */
export function claimData(folder: string, { file, digest }: OrderBook): void {
  const claim = findClaim(folder)
  if (claim && claim.digest !== digest) throw orderBookErrors.create('ORDERS_DIFFER', { folder, file, before: claim.file })
  if (claim) return
  // On the disk, and whole, before the first command is: what is there later is never half of a claim.
  const aside = `${claimIn(folder)}.new`
  writeFileSync(aside, `${JSON.stringify({ file, digest })}\n`, { flush: true })
  renameSync(aside, claimIn(folder))
}

/** Takes the note back, after the rest of the data was removed. */
export function dropClaim(folder: string): void {
  rmSync(claimIn(folder), { force: true })
}

function findClaim(folder: string): { file: string; digest: string } | undefined {
  try {
    return JSON.parse(readFileSync(claimIn(folder), 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw orderBookErrors.create('ORDERS_CLAIM_UNREADABLE', { claim: claimIn(folder), error }, { cause: error })
  }
}
