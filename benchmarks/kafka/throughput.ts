import { createApp } from 'ottla'
import { compared, type Measurement, median } from '../measure.js'
import { Account } from '../model.js'
import { sendAll } from '../send-all.js'
import { type BenchBroker, onKafka } from './bench-broker.js'
import { producePlainly, RawProducers } from './raw-producers.js'
import { WrittenEvents } from './written-events.js'

const [commands, inFlight, rounds] = [20_000, 256, 5]

/** How many commands per second does a node take that owns the shards, beside as many raw transactions of the same size? */
export function throughput(): Promise<Measurement[]> {
  return onKafka(1, async broker => [...(await measure(broker, 4)), ...(await measure(broker, 12))])
}

async function measure(broker: BenchBroker, shards: number): Promise<Measurement[]> {
  const name = broker.appName()
  const app = await createApp({ name, modules: [Account], shards, log: broker.log(name) })
  const raw = await RawProducers.open(broker.brokers, `${name}.raw`, shards)
  const written = WrittenEvents.of(name, broker.log(name))
  try {
    await sendAll(app, commands, inFlight)
    const record = await written.example()
    const [transactional, plain, batches] = [[] as Round[], [] as Round[], [] as number[]]
    for (let round = 0; round < rounds; round++) {
      const before = await written.offsets()
      const value = await sendAll(app, commands, inFlight)
      const batch = commands / ((await written.offsets()) - before - commands)
      const size = Math.max(1, Math.round(batch))
      batches.push(batch)
      transactional.push({ value, other: await raw.transactions(commands, size, record) })
      plain.push({ value, other: await producePlainly(broker.brokers, `${name}.raw`, shards, commands, size, record) })
    }
    const what = `commands, ${inFlight} in flight, ${shards} shards`
    return [
      compared({ what, against: 'kafkajs, transactions of the same size', aim: { atLeast: 0.7 } }, '/s', transactional),
      compared({ what, against: 'kafkajs, plain sends of the same size', aim: undefined }, '/s', plain),
      { what: `commands per transaction, ${shards} shards`, value: median(batches), unit: 'each' },
    ]
  } finally {
    await raw.close()
    await app.stop()
  }
}

interface Round {
  readonly value: number
  readonly other: number
}
