import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OrderBook } from './order-book.js'
import { orderBookErrors } from './order-book-errors.js'

interface Claim {
  readonly file: string
  /** SHA-256 of the file. */
  readonly digest: string
}

const claimIn = (folder: string) => join(folder, 'orders.json')

/** Notes in the data folder which order book it is for. Throws ORDERS_DIFFER when it was begun with another one: the results would mix. */
export function claimData(folder: string, { file, digest }: OrderBook): void {
  if (existsSync(claimIn(folder))) {
    const claim = findClaim(folder)
    if (!isClaim(claim)) throw orderBookErrors.create('ORDERS_CLAIM_UNREADABLE', { claim: claimIn(folder) })
    if (claim.digest !== digest) throw orderBookErrors.create('ORDERS_DIFFER', { folder, file, before: claim.file })
    return
  }
  // On the disk, and whole, before the first command is: what is there later is never half of a claim.
  const aside = `${claimIn(folder)}.new`
  writeFileSync(aside, `${JSON.stringify({ file, digest })}\n`, { flush: true })
  renameSync(aside, claimIn(folder))
}

/** Removes the note where the data that it was about is gone, so that the folder counts as empty. */
export function dropLoneClaim(folder: string): void {
  if (!existsSync(claimIn(folder)) || !isClaim(findClaim(folder))) return
  // Ottla leaves its marker where other files are left, this one among them.
  if (readdirSync(folder).every(name => name === 'orders.json' || name === '.ottla')) rmSync(claimIn(folder))
}

function findClaim(folder: string): unknown {
  try {
    return JSON.parse(readFileSync(claimIn(folder), 'utf8'))
  } catch {
    return undefined
  }
}

function isClaim(found: unknown): found is Claim {
  return typeof (found as Claim | undefined)?.digest === 'string'
}
