import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createApp } from 'ottla'
import { type Measurement, median } from '../measure.js'
import { Account } from '../model.js'
import { deposit } from '../send-all.js'
import { onKafka } from './bench-broker.js'

const rounds = 5

/** How long is a shard away when its owner is killed: until the first command is accepted that was sent after it? */
export function takeover(): Promise<Measurement[]> {
  return onKafka(1, async broker => {
    const times: number[] = []
    for (let round = 0; round < rounds; round++) {
      const name = broker.appName()
      const env = {
        ...process.env,
        BENCH_APP: name,
        BENCH_FOLDER: broker.folder(`owner-${round}`),
        KAFKA_BROKERS: broker.brokers.join(),
        SCHEMA_REGISTRY_URL: broker.registry,
      }
      const owner = fork(new URL('takeover-owner.js', import.meta.url), { env })
      await once(owner, 'message')
      const app = await createApp({ name, modules: [Account], shards: 1, log: broker.log(`next-${round}`) })
      await deposit(app, 0)
      owner.kill('SIGKILL')
      times.push(await deposit(app, 0))
      await app.stop()
    }
    return [{ what: 'take-over of a shard after kill -9 of its owner, session time-out of 6 s included', value: median(times), unit: 'ms' }]
  })
}
