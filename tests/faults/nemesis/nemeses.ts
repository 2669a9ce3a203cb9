import { setTimeout as delay } from 'node:timers/promises'
import type { BankRun } from '../driver/bank-run.js'
import type { Clients } from '../driver/clients.js'

/** What is done to a bank: once each time it is called. Resolves when the damage is repaired. */
export type Nemesis = (run: BankRun, clients: Clients) => Promise<void>

/** kill -9 of a node, which comes back soon, with its folder or without. */
export const killNode: Nemesis = async run => {
  const node = run.random.pick(run.nodes)
  const forget = run.random.chance(0.4)
  done(run, forget ? 'kill -9 of a node, folder deleted' : 'kill -9 of a node', node.name)
  await node.kill({ forget })
  await delay(run.random.below(1_000))
  await node.start()
}

/** kill -9 of a node that waits for the end of a transaction: what it leaves open, its successor must settle. */
export const killInMidCommit: Nemesis = async run => {
  const node = run.random.pick(run.nodes)
  done(run, 'kill -9 in mid-commit', node.name)
  const { total } = node.faults
  node.faults.next('EndTxn', { kind: 'delay', milliseconds: 5_000 })
  for (let turn = 0; turn < 300 && node.faults.total === total; turn++) await delay(10)
  await node.kill({ forget: run.random.chance(0.4) })
  await delay(run.random.below(1_000))
  await node.start()
}

/** SIGSTOP of a node beyond its session's end, then SIGCONT: it wakes up as a zombie, with commands that wait for it. */
export const stopAndContinue: Nemesis = async (run, clients) => {
  const node = run.random.pick(run.nodes)
  done(run, 'SIGSTOP beyond the session', node.name)
  clients.burst(node, 10)
  node.pause()
  clients.burst(node, 30)
  await delay(run.settings.sessionTimeout * 1.7)
  run.note(`SIGCONT ${node.name}`)
  node.resume()
  await delay(1_000)
}

/** A node joins, and leaves as a deployment ends it. */
export const joinAndLeave: Nemesis = async run => {
  const guest = run.everyNode.find(node => !run.nodes.includes(node)) ?? run.addNode()
  done(run, 'join and leave', guest.name)
  await guest.start()
  await delay(1_500)
  await guest.stop()
  await delay(1_500)
}

/** The network loses and delays requests and answers for some seconds. */
export const weakNetwork: Nemesis = async run => {
  done(run, 'weak network', '')
  run.faults.rate = 0.1
  await delay(3_000 + run.random.below(3_000))
  run.faults.rate = 0
  await delay(500)
}

/** The connection is cut in mid-commit: after the broker has done it, or before it has seen it. */
export const cutInMidCommit: Nemesis = async run => {
  const kind = run.random.chance(0.6) ? 'lose answer' : 'lose request'
  done(run, `EndTxn: ${kind}`, '')
  run.faults.next('EndTxn', { kind })
  await delay(400 + run.random.below(600))
}

/** All connections of one node are cut. */
export const cutNode: Nemesis = async run => {
  const node = run.random.pick(run.nodes)
  done(run, 'all connections of a node cut', node.name)
  node.cut()
  await delay(500)
}

/** kill -9 of a broker, which comes back after some seconds. Every broker leads partitions and coordinates some of the transactions. */
export const killBroker: Nemesis = async run => {
  const broker = run.random.below(run.cluster.brokers.length)
  done(run, 'kill -9 of a broker', `broker ${broker}`)
  await run.cluster.killBroker(broker)
  await delay(1_000 + run.random.below(3_000))
  await run.cluster.startBroker(broker)
  run.note(`broker ${broker} is back`)
}

/** A clean restart of a broker. */
export const restartBroker: Nemesis = async run => {
  const broker = run.random.below(run.cluster.brokers.length)
  done(run, 'clean restart of a broker', `broker ${broker}`)
  await run.cluster.stopBroker(broker)
  await run.cluster.startBroker(broker)
  run.note(`broker ${broker} is back`)
}

/** The registry dies and comes back; meanwhile a node starts, which must wait for it. */
export const killRegistry: Nemesis = async run => {
  done(run, 'kill -9 of the registry', '')
  await run.cluster.killRegistry()
  const node = run.random.pick(run.nodes)
  await node.kill({ forget: true })
  const started = node.start()
  await delay(2_000)
  await run.cluster.startRegistry()
  await started
}

function done(run: BankRun, what: string, target: string): void {
  run.counts.add(what)
  run.nemeses++
  run.note(`${what} ${target}`)
}
