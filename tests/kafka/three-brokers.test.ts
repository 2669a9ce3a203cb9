import { type KafkaCluster, kafkaSource, startKafka } from '@ottla/testing/kafka'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
