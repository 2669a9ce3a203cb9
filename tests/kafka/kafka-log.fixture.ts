import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Log } from '@ottla/eventstore'
import { type KafkaOptions, kafka } from '@ottla/eventstore/kafka'
import { onTestFinished } from 'vitest'

/** A folder that is removed when the test has ended. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ottla-kafka-log-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A log on these brokers in a folder of its own, closed when the test has ended. It asks no registry for anything. */
export async function openKafkaLog(brokers: readonly string[], options: KafkaOptions = {}): Promise<Log> {
  const config = kafka({ brokers, registry: 'http://127.0.0.1:9', folder: temporaryFolder(), ...options })
  const { log } = await config.open()
  onTestFinished(() => log.close())
  return log
}
