import { createApp } from 'ottla'
import type { Measurement } from '../measure.js'
import { Account } from '../model.js'
import { sendAll } from '../send-all.js'
import { type BenchBroker, onKafka } from './bench-broker.js'

const [commands, shards] = [200_000, 4]

/** How many events per second does a node that has lost its state store take in again, from the events and from the snapshots? */
export function restore(): Promise<Measurement[]> {
  return onKafka(1, async broker => {
    const from = async (snapshots: boolean) => {
      const name = broker.appName()
      const first = await createApp({ name, modules: [Account], shards, log: broker.log(name), snapshots })
      await sendAll(first, commands, 1_024)
      await first.stop()
      return commandsPerSecond(broker, name, snapshots)
    }
    return [
      { what: `restore of ${commands.toLocaleString('en')} events of 500 aggregates, from the events`, value: await from(false), unit: '/s' },
      { what: 'the same from the snapshots', value: await from(true), unit: '/s' },
    ]
  })
}

/** From the start of a node with an empty folder until it owns every shard. */
async function commandsPerSecond(broker: BenchBroker, name: string, snapshots: boolean): Promise<number> {
  const started = performance.now()
  const app = await createApp({ name, modules: [Account], shards, log: broker.log(`${name}-again`), snapshots })
  const seconds = (performance.now() - started) / 1000
  await app.stop()
  return commands / seconds
}
