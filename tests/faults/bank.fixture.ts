import type { KafkaCluster } from '@ottla/testing/kafka'
import { expect, inject, onTestFinished } from 'vitest'
import type { Answer } from './bank/protocol.js'
import { violations } from './checks/violations.js'
import type { BankNode } from './driver/bank-node.js'
import type { Asked, NoAnswer } from './driver/bank-process.js'
import { BankRun, type BankRunOptions } from './driver/bank-run.js'
import { settledHistory } from './driver/settled-history.js'

/** The shared broker of the tests, as a cluster whose parts are not to be killed. */
export function sharedCluster(): KafkaCluster {
  const notHere = async () => {
    throw new Error('The shared broker serves other tests too.')
  }
  return {
    brokers: inject('kafkaBrokers'),
    registryUrl: inject('registryUrl'),
    killBroker: notHere,
    stopBroker: notHere,
    startBroker: notHere,
    killRegistry: notHere,
    startRegistry: notHere,
    stop: async () => {},
  }
}

let seeds = 1000

/** The bank on the shared broker, its nodes not yet started; ended with the test. */
export function bankRun(options: Partial<BankRunOptions> = {}): BankRun {
  const run = new BankRun(sharedCluster(), { seed: process.pid * 1000 + seeds++, ...options })
  onTestFinished(() => run.close())
  return run
}

let ids = 0

/** A deposit to an account, of which nobody has heard before. */
export function deposit(account: string, amount = 10): Asked {
  return { id: `d${ids++}`, type: 'Deposit', fields: { account, amount, transfer: '' } }
}

/** Asks this node with the same id until it answers. */
export async function ask(run: BankRun, node: BankNode, command: Asked): Promise<Answer> {
  run.ask(command)
  for (let attempt = 1; ; attempt++) {
    try {
      if (!node.process) throw new Error('the node has no process')
      return await node.process.send(command, 5_000)
    } catch (error) {
      if (!(error as NoAnswer).retriable || attempt === 20) throw error
    }
  }
}

/** Ends the nodes when nothing is under way any more, and finds that every promise was kept. */
export async function expectPromisesKept(run: BankRun): Promise<void> {
  const history = await settledHistory(run, 60_000)
  const found = violations(history)
  if (found.length > 0) console.error(run.journal.join('\n'))
  expect(found).toEqual([])
}
