import { shardOf } from '@ottla/eventstore'
import { createApp } from 'ottla'
import { compared, type Measurement, percentile } from '../measure.js'
import { Account } from '../model.js'
import { account, deposit } from '../send-all.js'
import { onKafka } from './bench-broker.js'
import { paced } from './paced.js'
import { RawProducers } from './raw-producers.js'
import { WrittenEvents } from './written-events.js'

const [perSecond, seconds, shards, rounds] = [200, 10, 12, 3]

/** How long does a command take at 200 a second, beside raw transactions of one record at the same pace over the same partitions? */
export function latency(): Promise<Measurement[]> {
  return onKafka(1, async broker => {
    const name = broker.appName()
    const app = await createApp({ name, modules: [Account], shards, log: broker.log(name) })
    const raw = await RawProducers.open(broker.brokers, `${name}.raw`, shards)
    try {
      await paced(perSecond, 2, index => deposit(app, index))
      const record = await WrittenEvents.of(name, broker.log(name)).example()
      const transaction = (index: number) => raw.transaction(shardOf(account(index), shards), 1, record)
      await paced(perSecond, 2, transaction)
      const runs: { readonly ours: readonly number[]; readonly theirs: readonly number[] }[] = []
      for (let round = 0; round < rounds; round++) {
        runs.push({ theirs: await paced(perSecond, seconds, transaction), ours: await paced(perSecond, seconds, index => deposit(app, index)) })
      }
      const at = (share: number) => runs.map(({ ours, theirs }) => ({ value: percentile(ours, share), other: percentile(theirs, share) }))
      const what = `a command at ${perSecond}/s, ${shards} shards`
      return [
        compared({ what: `${what}, p50`, against: 'kafkajs, one transaction' }, 'ms', at(0.5)),
        compared({ what: `${what}, p99`, against: 'kafkajs, one transaction', aim: { atMost: 2 } }, 'ms', at(0.99)),
      ]
    } finally {
      await raw.close()
      await app.stop()
    }
  })
}
