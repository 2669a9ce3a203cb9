import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type KafkaCluster, kafkaSource, startKafka } from '@ottla/testing/kafka'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { Records } from './records.js'

const source = await kafkaSource()

// Brokers that the environment gives cannot be killed.
describe.skipIf(source === 'environment')('a cluster of three brokers', { timeout: 120_000 }, () => {
  let cluster: KafkaCluster
  beforeAll(async () => {
    cluster = await startKafka({ brokers: 3 })
  }, 240_000)
  afterAll(() => cluster?.stop())

  it('takes records while one of them is dead, and has it back in sync when it is started again', async () => {
    const records = new Records(cluster.brokers)
    await records.createTopic('kill')
    await records.produce('kill', 'all alive')
    const { leader } = await records.placeOf('kill')
    await cluster.killBroker(leader - 1)
    await records.produce('kill', 'one dead')
    expect((await records.placeOf('kill')).inSync).toHaveLength(2)
    await cluster.startBroker(leader - 1)
    expect((await records.placeOf('kill')).inSync).toEqual([1, 2, 3])
    expect(await records.consume('kill', 2)).toEqual(['all alive', 'one dead'])
  })

  it('hands a leadership over when its leader is stopped', async () => {
    const records = new Records(cluster.brokers)
    await records.createTopic('stop')
    const { leader } = await records.placeOf('stop')
    await cluster.stopBroker(leader - 1)
    expect((await records.placeOf('stop')).leader).not.toBe(leader)
    await records.produce('stop', 'taken')
    await cluster.startBroker(leader - 1)
    expect(await records.consume('stop', 1)).toEqual(['taken'])
  })

  it('names the brokers that it has', async () => {
    await expect(cluster.killBroker(3)).rejects.toThrow(/^KAFKA_PART_MISSING: .* no broker 3\. Name one from 0 to 2\./)
    await expect(cluster.killRegistry()).rejects.toThrow(/^KAFKA_PART_MISSING: .* no registry\./)
  })
})

describe.skipIf(source === 'environment')('a cluster of three brokers with a folder', () => {
  it('goes on from it, though its ports have been taken meanwhile', { timeout: 240_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ottla-three-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))
    const first = await startKafka({ brokers: 3, folder, throughput: false })
    onTestFinished(() => first.stop())
    const records = new Records(first.brokers)
    await records.createTopic('kept')
    await records.produce('kept', 'before')
    await first.stop()
    for (const broker of first.brokers) await listenOn(Number(broker.split(':')[1]))

    const second = await startKafka({ brokers: 3, folder, throughput: false })
    onTestFinished(() => second.stop())
    expect(second.brokers.filter(broker => first.brokers.includes(broker))).toEqual([])
    await new Records(second.brokers).produce('kept', 'after')
    expect(await new Records(second.brokers).consume('kept', 2)).toEqual(['before', 'after'])
    expect((await new Records(second.brokers).placeOf('kept')).inSync).toEqual([1, 2, 3])
  })
})

/** Until the test has ended. */
async function listenOn(port: number): Promise<void> {
  const server = createServer(guest => guest.destroy())
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
}
