import { beforeAll, expect, it } from 'vitest'
import { build } from '../built.js'
import { openKafkaLog } from '../kafka/kafka-log.fixture.js'
import { ask, bankRun, deposit, sharedCluster } from './bank.fixture.js'

beforeAll(() => build('tests'), 180_000)

it('readers are free within transaction timeout and 10 seconds when a worker dies in mid-commit and nobody takes over', async () => {
  const transactionTimeout = 3_000
  const run = bankRun({ nodes: 1, shards: 1, transactionTimeout })
  await run.start()
  const [node] = run.nodes
  if (!node) return
  await ask(run, node, deposit('a'))
  const log = await openKafkaLog(sharedCluster().brokers)
  const topic = `${run.settings.app}.events`
  const before = (await log.admin.endOffsets(topic))[0] as number
  // Held back for longer than this test goes on: a lost one the node would make good at once.
  node.faults.next('EndTxn', { kind: 'delay', milliseconds: 60_000 })
  const cut = deposit('a')
  run.ask(cut)
  node.process?.send(cut, 60_000).catch(() => undefined)
  await expect.poll(() => node.faults.total, { timeout: 20_000 }).toBe(1)
  await node.kill()
  const died = Date.now()
  const reader = log.reader({ from: [{ topic, partition: 0, offset: before }] })
  const at = { topic, partition: 0 }
  const end = (await log.admin.endOffsets(topic))[0] as number
  expect(end).toBeGreaterThan(before)
  for await (const batch of reader) {
    expect(batch.records).toEqual([])
    if (reader.position(at) >= end) break
  }
  expect(Date.now() - died).toBeLessThan(transactionTimeout + 10_000)
  await reader.close()
})
