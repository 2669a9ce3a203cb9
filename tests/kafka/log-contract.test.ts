import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kafka } from '@ottla/eventstore/kafka'
import { logContract } from '@ottla/testing'
import { describe, inject, test } from 'vitest'

describe('the log on Kafka', () => {
  for (const { name, run } of logContract) test.concurrent(name, () => run(openKafka))
})

async function openKafka() {
  const folder = mkdtempSync(join(tmpdir(), 'ottla-contract-'))
  const config = kafka({ brokers: inject('kafkaBrokers'), registry: 'http://127.0.0.1:9', folder })
  let { log } = await config.open()
  return {
    log,
    async reopen() {
      await log.close()
      log = (await config.open()).log
      return log
    },
    async close() {
      await log.close()
      rmSync(folder, { recursive: true })
    },
  }
}
