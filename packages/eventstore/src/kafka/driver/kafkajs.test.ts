import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { loadKafkajs, requireVersion } from './kafkajs.js'
import { requireCommittedOnly } from './self-test.js'

const require = createRequire(import.meta.url)

test('refuses every version but the one whose defects are known', () => {
  requireVersion('2.2.4')
  expect(() => requireVersion('2.2.5')).toThrow(/^KAFKA_CLIENT_VERSION: .*2\.2\.5.*2\.2\.4/)
})

test('finds that kafkajs as it is shows aborted records, and refuses it', () => {
  forget()
  expect(() => requireCommittedOnly(require('kafkajs/src/consumer/batch.js') as never)).toThrow(/^KAFKA_CLIENT_UNSAFE: /)
})

test('is patched also where the process has loaded kafkajs before', () => {
  forget()
  const before = require('kafkajs/src/consumer/batch.js')
  const batch = loadKafkajs().source('consumer/batch.js')
  expect(batch).not.toBe(before)
  requireCommittedOnly(batch as never)
})

function forget(): void {
  for (const path of Object.keys(require.cache)) if (path.includes('/kafkajs/')) delete require.cache[path]
}
