import type { LogReader, ReaderOptions } from '@ottla/eventstore'
import { expect, test } from 'vitest'
import { Deposit } from './bank.fixture.js'
import { until } from './gate.fixture.js'
import { cluster, newNode, startNode } from './node.fixture.js'

test('a node stops though its restore waits for a log that gives nothing', { timeout: 10_000 }, async () => {
  const shared = cluster()
  const first = await startNode(shared)
  await first.send(new Deposit({ account: 'a', amount: 1 }))
  await first.stop()
  const node = newNode(shared)
  const open = node.log.reader.bind(node.log)
  let readers = 0
  // As a reader on Kafka whose partition has no leader.
  node.log.reader = (options: ReaderOptions): LogReader => {
    readers++
    const reader = open(options)
    for (const place of options.from) reader.pause(place)
    return reader
  }
  const started = node.host.start()
  started.catch(() => undefined)
  await until(() => readers > 0)
  await node.host.stop()
  expect(readers).toBe(1)
  await node.log.close()
})
