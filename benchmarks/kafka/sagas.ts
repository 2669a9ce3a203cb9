import { type App, createApp } from 'ottla'
import { compared, type Measurement, percentile } from '../measure.js'
import { Account, MoveMoney, Transfer, TransferEnded, TransferOfMoney } from '../model.js'
import { account } from '../send-all.js'
import { onKafka } from './bench-broker.js'
import { RawProducers } from './raw-producers.js'
import { RequestCount } from './request-count.js'
import { WrittenEvents } from './written-events.js'

const [transfers, warmUp, inFlight, shards] = [3_000, 500, 128, 12]

/** What do sagas over 12 shards cost on 3 brokers, each of them a start, two steps and an end in three shards? */
export function sagas(): Promise<Measurement[]> {
  return onKafka(3, async broker => {
    const name = broker.appName()
    const app = await createApp({ name, modules: [Account, TransferOfMoney, MoveMoney], shards, log: broker.log('node') })
    const raw = await RawProducers.open(broker.brokers, `${name}.raw`, shards)
    const requests = new RequestCount()
    try {
      await transferAll(app, 0, warmUp)
      requests.start()
      const started = performance.now()
      const times = await transferAll(app, warmUp, transfers)
      const seconds = (performance.now() - started) / 1000
      requests.stop()
      const transactions = requests.of('EndTxn')
      const sends = requests.of('Produce')
      const all = requests.of('AddPartitionsToTxn', 'Produce', 'AddOffsetsToTxn', 'TxnOffsetCommit', 'EndTxn')
      const spread = Math.max(1, Math.round(sends / transactions))
      const example = await WrittenEvents.of(name, broker.log(name)).example()
      await raw.spreadTransactions(2, spread, example)
      const other = await raw.spreadTransactions(10, spread, example)
      const what = `a saga over ${shards} shards on 3 brokers, ${inFlight} in flight`
      return [
        { what: `${what}: whole sagas`, value: transfers / seconds, unit: '/s' },
        compared({ what: `${what}: transactions`, against: `kafkajs, transactions over ${spread} partitions` }, '/s', [
          { value: transactions / seconds, other },
        ]),
        { what: 'transactions per saga', value: transactions / transfers, unit: 'each' },
        { what: 'round trips per transaction', value: all / transactions, unit: 'each' },
        { what: 'sends per transaction', value: sends / transactions, unit: 'each' },
        { what: 'from the first command to the last event, p50', value: percentile(times, 0.5), unit: 'ms' },
        { what: 'from the first command to the last event, p99', value: percentile(times, 0.99), unit: 'ms' },
      ]
    } finally {
      requests.stop()
      await raw.close()
      await app.stop()
    }
  })
}

/** Runs transfers with some of them under way at a time, and gives the milliseconds until the last event of each was read. */
async function transferAll(app: App, first: number, count: number): Promise<number[]> {
  const open = new Map<string, (time: number) => void>()
  const ended = (async () => {
    let left = count
    for await (const { message } of app.events({ follow: true })) {
      const resolve = message instanceof TransferEnded ? open.get(message.transfer) : undefined
      resolve?.(performance.now())
      if (resolve && --left === 0) return
    }
  })()
  let next = first
  const times: number[] = []
  const sender = async () => {
    while (next < first + count) {
      const index = next++
      const transfer = `transfer-${index}`
      const end = new Promise<number>(resolve => open.set(transfer, resolve))
      const started = performance.now()
      await app.send(new Transfer({ transfer, from: account(index), to: account(index + 1) }))
      times.push((await end) - started)
    }
  }
  await Promise.all([ended, ...Array.from({ length: inFlight }, sender)])
  return times
}
