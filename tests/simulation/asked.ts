import type { Receipt } from '@ottla/core'

/** What a client was told, in the order in which it was told. */
export interface Asked {
  readonly command: object
  /** When its first attempt began, and how many attempts it took. */
  attempts: number
  readonly receipts: Receipt[]
}
