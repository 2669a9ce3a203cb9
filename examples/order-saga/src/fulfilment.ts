import { setTimeout as wait } from 'node:timers/promises'
import { type App, definitionOfInstance, type ViewReader } from 'ottla'
import type { OrderBook } from './order-book/order-book.js'
import { orderBookErrors } from './order-book/order-book-errors.js'
import { Progress } from './progress.js'
import { countLog } from './report/log-count.js'
import { caughtUp } from './views/caught-up.js'
import { OrderSteps } from './views/order-steps.js'
import { Orders } from './views/orders.js'
import { Stock } from './views/stock.js'

/** How many commands are under way at a time: enough that they share commits, few enough to stop soon. */
const inFlight = 128

interface Deed {
  /** The same in every run, so that nothing is done twice. */
  readonly id: string
  readonly command: object
}

/**
 * Sends what the views do not show yet, and resolves when every order's saga has come to an end, those of earlier runs
 * included. Rejects with the reason of `signal` once that is aborted; the next run goes on from there.
 */
export async function fulfil(app: App, { stock, orders }: Pick<OrderBook, 'stock' | 'orders'>, signal: AbortSignal): Promise<void> {
  const { positions } = await countLog(app)
  const received = idsIn(await caughtUp(app, Stock, positions), 'select product_id as id from stock')
  const placed = idsIn(await caughtUp(app, Orders, positions), 'select order_id as id from orders')
  const missing = orders.filter(({ orderId }) => !placed.has(orderId))
  if (missing.length === 0) process.stderr.write(`Nothing to do: all ${orders.length} orders were placed before.\n`)
  else if (placed.size > 0) process.stderr.write(`Going on: ${placed.size} orders were placed before.\n`)

  const arrivals = stock.filter(({ productId }) => !received.has(productId)).map(command => ({ id: `stock/${command.productId}`, command }))
  const placements = missing.map(command => ({ id: `place/${command.orderId}`, command }))
  const sagas = placed.size + missing.length
  const progress = new Progress(sagas, await endedSagas(app))
  const stop = new AbortController()
  const stopped = AbortSignal.any([signal, stop.signal])
  try {
    const sent = sendAll(app, arrivals, stopped).then(() => sendAll(app, placements, stopped))
    await Promise.all([sent, watch(app, sagas, progress, stopped)])
  } finally {
    stop.abort()
    progress.stop()
  }
}

async function sendAll(app: App, deeds: readonly Deed[], signal: AbortSignal): Promise<void> {
  // All senders draw from one queue; the first that throws closes it for the others.
  const queue = (function* () {
    yield* deeds
  })()
  const sender = async () => {
    for (const { id, command } of queue) {
      signal.throwIfAborted()
      const receipt = await app.send(command, { id })
      if (receipt.outcome === 'accepted') continue
      const reason = receipt.outcome === 'rejected' ? receipt.reason.code : receipt.error.message
      throw orderBookErrors.create('ORDERS_REFUSED', { command: definitionOfInstance(command).name, key: receipt.key, outcome: receipt.outcome, reason })
    }
  }
  await Promise.all(Array.from({ length: inFlight }, sender))
}

async function watch(app: App, sagas: number, progress: Progress, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted()
    const ended = await endedSagas(app)
    progress.update(ended)
    if (ended >= sagas) return
    // A view that had to leave events out may never show the end of every saga.
    const [problem] = app.health().problems
    if (problem) throw problem
    await wait(50)
  }
}

/** A parked saga counts: it does not go on by itself, so nobody waits for it. */
async function endedSagas(app: App): Promise<number> {
  const view = await app.view(OrderSteps)
  return view.get<{ n: number }>("select count(*) as n from fulfilments where status <> 'running'")?.n ?? 0
}

function idsIn(view: ViewReader, sql: string): Set<string> {
  return new Set(view.all<{ id: string }>(sql).map(({ id }) => id))
}
