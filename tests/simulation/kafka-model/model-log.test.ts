import { systemClock } from '@ottla/core'
import { type ContractLog, logContract } from '@ottla/testing'
import { describe, test } from 'vitest'
import { ClientLink, type Network } from './client-link.js'
import { ModelBroker } from './model-broker.js'
import { ModelLog } from './model-log.js'

const network: Network = { clock: systemClock, patience: 50, fate: () => 'ok', latency: () => 0, isDown: () => false }

describe('the model of Kafka that the simulation runs on', () => {
  for (const { name, run } of logContract) test(name, () => run(async () => open()))
})

describe('the model of Kafka where every request is sent twice', () => {
  const twice: Network = { ...network, fate: (_, kind) => (kind === 'produce' || kind === 'offsets' ? 'repeated' : 'ok') }
  for (const { name, run } of logContract) test(name, () => run(async () => open(twice)))
})

function open(conditions = network): ContractLog {
  const broker = new ModelBroker('model', {
    network: conditions,
    transactionTimeout: () => 60_000,
    markerDelay: () => 0,
    sessionTimeout: 10_000,
    heartbeat: () => 1,
  })
  const client = () => new ModelLog(broker, new ClientLink('client', conditions), systemClock)
  let log = client()
  return {
    log,
    async reopen() {
      await log.close()
      log = client()
      return log
    },
    close: () => log.close(),
  }
}
