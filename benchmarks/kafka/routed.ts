import { createApp } from 'ottla'
import type { Measurement } from '../measure.js'
import { median } from '../measure.js'
import { Account } from '../model.js'
import { sendAll } from '../send-all.js'
import { onKafka } from './bench-broker.js'

const [commands, inFlight, rounds] = [20_000, 256, 5]

/** How many commands per second come through the inbox of another node and back? One shard, so that the second node owns none. */
export function routed(): Promise<Measurement[]> {
  return onKafka(1, async broker => {
    const name = broker.appName()
    const owner = await createApp({ name, modules: [Account], shards: 1, log: broker.log('owner') })
    const other = await createApp({ name, modules: [Account], shards: 1, log: broker.log('other') })
    try {
      await sendAll(other, commands, inFlight)
      const local: number[] = []
      const remote: number[] = []
      for (let round = 0; round < rounds; round++) {
        remote.push(await sendAll(other, commands, inFlight))
        local.push(await sendAll(owner, commands, inFlight))
      }
      return [
        { what: `commands through the inbox and back, ${inFlight} in flight, 1 shard`, value: median(remote), unit: '/s' },
        { what: `the same on the owner's node`, value: median(local), unit: '/s' },
      ]
    } finally {
      await other.stop()
      await owner.stop()
    }
  })
}
