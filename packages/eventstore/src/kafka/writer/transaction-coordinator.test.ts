import { expect, it } from 'vitest'
import { code, ProtocolFailure } from '../client/protocol-failure.js'
import type { Broker, Cluster } from '../driver/cluster.js'
import type { ProducerRequests } from './producer-requests.js'
import { TransactionCoordinator } from './transaction-coordinator.js'

const identity = { transactionalId: 'accounts.0', producerId: '1', producerEpoch: 0 }
const places = [{ topic: 'accounts.events', partition: 0 }]

// K6: the broker completes a commit after it has answered, and who begins the next transaction meanwhile is told to ask again. kafkajs waits 300 ms first.
it('asks again after 1 ms whether the transaction before is completed, and a little later each time, up to 50 ms', async () => {
  const { coordinator, pauses, questions } = answering(Array(20).fill(code.concurrentTransactions))
  await coordinator.addPartitions(identity, places)
  expect(questions.count).toBe(21)
  // With a jitter of a fifth.
  expect(pauses[0]).toBeLessThanOrEqual(1.2)
  expect(pauses.slice(0, 3).reduce((sum, pause) => sum + pause, 0)).toBeLessThanOrEqual(1.2 * (1 + 1.5 + 2.25))
  expect(Math.max(...pauses)).toBeLessThanOrEqual(1.2 * 50)
})

it('does not look for the coordinator again that completes the transaction before', async () => {
  const { coordinator, searches } = answering(Array(5).fill(code.concurrentTransactions))
  await coordinator.addPartitions(identity, places)
  expect(searches.count).toBe(1)
})

it('looks for the coordinator again that has moved', async () => {
  const { coordinator, searches } = answering([code.notCoordinator])
  await coordinator.addPartitions(identity, places)
  expect(searches.count).toBe(2)
})

it('asks no second time what the coordinator refuses for good', async () => {
  const { coordinator, pauses } = answering([code.producerFenced])
  await expect(coordinator.addPartitions(identity, places)).rejects.toMatchObject({ code: code.producerFenced })
  expect(pauses).toEqual([])
})

/** A coordinator whose broker refuses with these codes, one after another, and then does as it is asked; its pauses are noted and over at once. */
function answering(refusals: number[]) {
  const [questions, searches, pauses] = [{ count: 0 }, { count: 0 }, [] as number[]]
  const broker = { nodeId: 1, isConnected: () => true } as Broker
  const cluster = {
    findGroupCoordinator: async () => {
      searches.count++
      return broker
    },
  } as unknown as Cluster
  const requests = {
    addPartitions: async () => {
      questions.count++
      const refusal = refusals.shift()
      if (refusal !== undefined) throw new ProtocolFailure('AddPartitionsToTxn', refusal)
    },
  } as unknown as ProducerRequests
  const coordinator = new TransactionCoordinator(cluster, requests, 60_000, async milliseconds => void pauses.push(milliseconds))
  return { coordinator, pauses, questions, searches }
}
