import { afterEach, expect, test } from 'vitest'
import { Deposit } from './bank.fixture.js'
import { until } from './gate.fixture.js'
import { cluster, type Node, startNode } from './node.fixture.js'

let node: Node | undefined
afterEach(async () => {
  await node?.log.close()
  node?.store.close()
})

test('a shard whose commits fail again and again is taken over more and more slowly', async () => {
  const shared = cluster({ onCommit: (_, records) => (records.length > 0 ? 'lost-before' : 'ok') })
  node = await startNode(shared)
  const begun = performance.now()
  node.send(new Deposit({ account: 'a', amount: 1 })).catch(() => undefined)
  await until(() => (shared.broker.epochs.get('bank.0') ?? 0) >= 8)
  // The pauses before the last five: at least half of 10, 20, 40, 80 and 160 ms.
  expect(performance.now() - begun).toBeGreaterThan(150)
})
