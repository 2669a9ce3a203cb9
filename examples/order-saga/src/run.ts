import { type App, createApp, removeData } from 'ottla'
import { fulfil } from './fulfilment.js'
import { chooseLog } from './log-choice.js'
import type { Options } from './options.js'
import { claimData, dropLoneClaim } from './order-book/claim.js'
import { readOrderBook } from './order-book/order-book.js'
import { modules, name } from './order-saga.js'
import { type Report, reportOf } from './report/report.js'

/**
 * Fulfils the orders of a file and reports on all that the data folder holds. Rejects with the reason of `signal` once
 * that is aborted, and with the app's error where it cannot go on; in each case the app is stopped before.
 */
export async function run({ orders, limit, log: logName, data, fresh }: Options, signal: AbortSignal): Promise<Report> {
  const began = performance.now()
  const book = readOrderBook(orders)
  dropLoneClaim(data)
  if (fresh) {
    await removeData(data)
    dropLoneClaim(data)
  }
  const chosen = await chooseLog(logName, data)
  try {
    signal.throwIfAborted()
    const app = await createApp({ name, modules, log: chosen.log })
    try {
      claimData(data, book)
      const stopped = AbortSignal.any([signal, failureOf(app)])
      return await Promise.race([aborted(stopped), fulfil(app, { ...book, orders: book.orders.slice(0, limit) }, stopped).then(() => reportOf(app, began))])
    } finally {
      await app.stop()
    }
  } finally {
    await chosen.stop()
  }
}

function failureOf(app: App): AbortSignal {
  const failure = new AbortController()
  void app.failed.then(error => failure.abort(error))
  return failure.signal
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, refuse) => {
    if (signal.aborted) refuse(signal.reason)
    signal.addEventListener('abort', () => refuse(signal.reason))
  })
}
