import Big from 'big.js'

/** The exact sum of decimal amounts, in the shortest notation: no zeros at the end behind the point. */
export function sum(amounts: Iterable<string>): string {
  let total = new Big(0)
  for (const amount of amounts) total = total.plus(amount)
  return total.toFixed()
}

/** Whether `amount` is larger than `limit`. */
export const exceeds = (amount: string, limit: string): boolean => new Big(amount).gt(limit)

/** An exact amount as people read it: two digits, rounded half up. */
export const shown = (amount: string): string => new Big(amount).toFixed(2, Big.roundHalfUp)
