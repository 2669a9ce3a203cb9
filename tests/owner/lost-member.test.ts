import { eventstoreErrors } from '@ottla/eventstore'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { turns } from './gate.fixture.js'
import { cluster, newNode } from './node.fixture.js'

const unhandled: unknown[] = []
const note = (reason: unknown) => unhandled.push(reason)
let others: NodeJS.UnhandledRejectionListener[] = []
beforeAll(() => {
  others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', note)
})
afterAll(() => {
  process.off('unhandledRejection', note)
  for (const other of others) process.on('unhandledRejection', other)
})

test('a node that may not join its group fails to start, and nothing else', async () => {
  const node = newNode(cluster())
  const forbidden = eventstoreErrors.create('LOG_FORBIDDEN', { operation: 'joining', resource: 'group bank', error: 'no right' })
  // As the member on Kafka does it: it has died, and has never joined.
  node.log.member = async ({ failed }) => {
    failed(forbidden)
    throw forbidden
  }
  await expect(node.host.start()).rejects.toBe(forbidden)
  await turns(5)
  expect(unhandled).toEqual([])
  await node.log.close()
})
