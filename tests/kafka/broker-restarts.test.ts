import { randomUUID } from 'node:crypto'
import type { Log, LogReader } from '@ottla/eventstore'
import { type KafkaCluster, kafkaSource, startKafka } from '@ottla/testing/kafka'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { openKafkaLog } from './kafka-log.fixture.js'

const source = await kafkaSource()
const session = { sessionTimeout: 2_000, heartbeatInterval: 300, rebalanceTimeout: 4_000 }
const soon = { timeout: 60_000, interval: 50 }

// Brokers that the environment gives cannot be killed.
describe.skipIf(source === 'environment')('when the only broker is killed', () => {
  let cluster: KafkaCluster
  beforeAll(async () => {
    cluster = await startKafka()
  }, 120_000)
  afterAll(() => cluster?.stop())

  it('readers and members go on by themselves with what is written when it is back', async () => {
    const log = await openKafkaLog(cluster.brokers, session)
    const topic = await newTopic(log, 2)
    const read = reading(log, topic, 2)
    const { values, failures, member } = await joined(log, topic)
    await write(log, topic, 0, ['before'])
    await vi.waitFor(() => expect([read, values]).toEqual([['0:before'], ['0:before']]), soon)
    await cluster.killBroker(0)
    await expect(member.holds({ topic, partition: 0 })).rejects.toThrow('LOG_UNAVAILABLE')
    await cluster.startBroker(0)
    await write(log, topic, 0, ['after'])
    await write(log, topic, 1, ['after'])
    // A write whose outcome was unknown was tried again, so the log may hold it twice.
    const logged = (await everything(log, topic)).toSorted()
    expect(new Set(logged)).toEqual(new Set(['0:before', '0:after', '1:after']))
    await vi.waitFor(() => expect([read.toSorted(), values.toSorted()]).toEqual([logged, logged]), soon)
    expect(failures).toEqual([])
    await vi.waitFor(async () => expect(await member.holds({ topic, partition: 0 })).toBe(true), soon)
  }, 240_000)

  it('a member leaves in bounded time, and is told that it has lost everything', async () => {
    const log = await openKafkaLog(cluster.brokers, session)
    const { member, held } = await joined(log, await newTopic(log, 2))
    await vi.waitFor(() => expect(held.size).toBe(2), soon)
    await cluster.killBroker(0)
    await member.leave()
    expect(held.size).toBe(0)
    await cluster.startBroker(0)
  }, 240_000)
})

describe.skipIf(source === 'environment')('when leaders move between three brokers', () => {
  let cluster: KafkaCluster
  beforeAll(async () => {
    cluster = await startKafka({ brokers: 3 })
  }, 120_000)
  afterAll(() => cluster?.stop())

  it('readers and members get every record once, in order', async () => {
    const log = await openKafkaLog(cluster.brokers, { ...session, replicationFactor: 3 })
    const topic = await newTopic(log, 6)
    const read = reading(log, topic, 6)
    const { values, failures } = await joined(log, topic)
    const written: string[] = []
    const round = async (name: string) => {
      for (let partition = 0; partition < 6; partition++) {
        await write(log, topic, partition, [`${name}a`, `${name}b`])
        written.push(`${partition}:${name}a`, `${partition}:${name}b`)
      }
    }
    await round('start')
    for (const broker of [0, 1, 2]) {
      await cluster.killBroker(broker)
      await round(`${broker} killed`)
      await cluster.startBroker(broker)
      await round(`${broker} back`)
    }
    // A write whose outcome was unknown was tried again, so the log may hold it twice.
    const logged = await everything(log, topic)
    expect(logged).toEqual(expect.arrayContaining(written))
    await vi.waitFor(() => expect([byPartition(read), byPartition(values)]).toEqual([byPartition(logged), byPartition(logged)]), soon)
    expect(failures).toEqual([])
  }, 360_000)
})

function byPartition(records: readonly string[]): string[][] {
  return Array.from({ length: 6 }, (_, partition) => records.filter(record => record.startsWith(`${partition}:`)))
}

/** What a reader without any fault finds up to the present ends. */
async function everything(log: Log, topic: string): Promise<string[]> {
  const ends = await log.admin.endOffsets(topic)
  const reader = log.reader({ from: ends.map((_, partition) => ({ topic, partition, offset: 0 })) })
  const values: string[] = []
  for await (const { records } of reader) {
    values.push(...records.map(({ partition, value }) => `${partition}:${value}`))
    if (ends.every((end, partition) => reader.position({ topic, partition }) >= end)) break
  }
  await reader.close()
  return values
}

async function newTopic(log: Log, partitions: number): Promise<string> {
  const name = `restarts.${randomUUID()}`
  await log.admin.ensureTopics([{ name, partitions }])
  return name
}

/** What a reader hands out from now on. */
function reading(log: Log, topic: string, partitions: number): string[] {
  const reader = log.reader({ from: Array.from({ length: partitions }, (_, partition) => ({ topic, partition, offset: 0 })) })
  onTestFinished(() => reader.close())
  const values: string[] = []
  void collect(reader, values)
  return values
}

async function collect(reader: LogReader, values: string[]): Promise<void> {
  for await (const { records } of reader) values.push(...records.map(({ partition, value }) => `${partition}:${value}`))
}

/**
 * A member that begins where it was, as an owner does: a broker counts the session of a member from when it has read the group, and may open its listener so long
 * after that on a busy machine that the member has to join anew.
 */
async function joined(log: Log, topic: string) {
  const [values, failures, held, positions] = [[] as string[], [] as Error[], new Set<number>(), new Map<number, number>()]
  const member = await log.member({
    group: `restarts.${randomUUID()}`,
    topics: [topic],
    assigned: async partitions => {
      for (const { partition } of partitions) held.add(partition)
      return partitions.map(({ partition }) => ({ topic, partition, offset: positions.get(partition) ?? 0 }))
    },
    revoked: async partitions => {
      for (const { partition } of partitions) held.delete(partition)
    },
    records: async ({ partition, records, next }) => {
      values.push(...records.map(({ value }) => `${partition}:${value}`))
      positions.set(partition, next)
    },
    failed: error => void failures.push(error),
  })
  return { values, failures, held, member }
}

/** Writes, and opens the writer again until it works: brokers are on their way up or down. */
async function write(log: Log, topic: string, partition: number, values: readonly string[]): Promise<void> {
  await vi.waitFor(async () => {
    const writer = await log.writer(randomUUID())
    await writer.commit({ records: values.map(value => ({ topic, partition, key: 'k', value: Buffer.from(value), headers: {}, timestamp: 1 })) })
    await writer.close()
  }, soon)
}
