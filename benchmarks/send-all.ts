import type { App } from 'ottla'
import { Deposit } from './model.js'

/** How many accounts the deposits go to. */
const accounts = 500

export const account = (index: number) => `account-${index % accounts}`

/** Sends deposits with `inFlight` of them under way at a time, and gives how many were decided per second. */
export async function sendAll(app: App, count: number, inFlight: number): Promise<number> {
  let next = 0
  const started = performance.now()
  const sender = async () => {
    while (next < count) await deposit(app, next++)
  }
  await Promise.all(Array.from({ length: inFlight }, sender))
  return (count * 1000) / (performance.now() - started)
}

/** Sends one deposit, and gives how many milliseconds it took to know its outcome. */
export async function deposit(app: App, index: number): Promise<number> {
  const started = performance.now()
  const receipt = await app.send(new Deposit({ account: account(index), amount: 1, reference: `reference ${index}` }))
  if (receipt.outcome !== 'accepted') throw new Error(`A deposit was ${receipt.outcome}.`)
  return performance.now() - started
}
