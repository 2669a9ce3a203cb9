import { randomUUID } from 'node:crypto'
import type { Log, LogReader, RecordBatch } from '@ottla/eventstore'
import kafkajs, { type Transaction } from 'kafkajs'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { openKafkaLog } from './kafka-log.fixture.js'

/** Transactions past Ottla's writer, so that several can be open on a partition. */
class Foreign {
  readonly #kafka = new kafkajs.Kafka({ brokers: inject('kafkaBrokers'), logLevel: kafkajs.logLevel.NOTHING })

  constructor(private readonly topic: string) {}

  async begin(): Promise<Transaction> {
    const retry = { initialRetryTime: 1, maxRetryTime: 50, retries: 100 }
    const producer = this.#kafka.producer({ transactionalId: randomUUID(), maxInFlightRequests: 1, idempotent: true, retry })
    await producer.connect()
    onTestFinished(() => producer.disconnect())
    return producer.transaction()
  }

  async send(transaction: Transaction, values: readonly string[], key: Buffer | string = 'k', compression = kafkajs.CompressionTypes.None): Promise<void> {
    await transaction.send({ topic: this.topic, compression, messages: values.map(value => ({ key, value, partition: 0 })) })
  }
}

describe('a reader on a broker', () => {
  it('hands out what was committed and nothing else where transactions interleave', async () => {
    const { log, topic, foreign } = await setUp()
    const [a, b, c, d] = (await Promise.all([foreign.begin(), foreign.begin(), foreign.begin(), foreign.begin()])) as [
      Transaction,
      Transaction,
      Transaction,
      Transaction,
    ]
    for (const round of [1, 2]) {
      await foreign.send(a, [`aborted a${round}`])
      await foreign.send(b, [`b${round}`])
      await foreign.send(c, [`aborted c${round}`], Buffer.alloc(4))
      await foreign.send(d, [`d${round}`], 'k', kafkajs.CompressionTypes.GZIP)
    }
    // The one that began last ends first.
    await d.commit()
    await c.abort()
    await b.commit()
    await a.abort()
    expect(await valuesOf(log, topic)).toEqual(['b1', 'd1', 'b2', 'd2'])
  })

  it('passes over what one producer aborts time after time, and hands out what it commits between', async () => {
    const { log, topic, foreign } = await setUp()
    const wanted: string[] = []
    for (let round = 0; round < 6; round++) {
      const transaction = await foreign.begin()
      await foreign.send(transaction, [`${round}`, `${round}+`])
      if (round % 2 === 0) await transaction.abort()
      else {
        await transaction.commit()
        wanted.push(`${round}`, `${round}+`)
      }
    }
    expect(await valuesOf(log, topic)).toEqual(wanted)
  })

  it('waits before an open transaction, and goes on when it has ended', async () => {
    const { log, topic, foreign } = await setUp()
    const transaction = await foreign.begin()
    await foreign.send(transaction, ['open'])
    await write(log, topic, ['behind it'])
    const reader = readerOf(log, topic)
    const all = take(reader, 3)
    await expect(Promise.race([all, write(log, topic, ['later'])])).resolves.toBeUndefined()
    await transaction.commit()
    expect(await all).toEqual(['open', 'behind it', 'later'])
  })

  it('hands out records that are larger than what it fetches at first', async () => {
    const { log, topic } = await setUp()
    const large = ['a', 'b', 'c'].map(letter => letter.repeat(700_000))
    for (const value of large) await write(log, topic, [value])
    expect(await valuesOf(log, topic)).toEqual(large)
  })

  it('hands out batches without a gap from wherever it is sought to, whatever is being fetched', async () => {
    const { log, topic } = await setUp()
    for (let index = 0; index < 40; index++)
      await write(
        log,
        topic,
        Array.from({ length: 50 }, (_, at) => `${index}:${at}`),
      )
    const [end] = (await log.admin.endOffsets(topic)) as [number]
    const reader = readerOf(log, topic)
    const batches = reader[Symbol.asyncIterator]()
    const all = new Map<number, string>()
    for (let index = 0; index < 100; index++) {
      const position = reader.position({ topic, partition: 0 })
      const target = index % 4 === 0 || position >= end ? (index * 7_919) % end : position
      // A batch that was ready when it was asked for is from before the seek.
      const pending = index % 3 === 0 && position < end ? batches.next() : undefined
      if (target !== position) reader.seek({ topic, partition: 0, offset: target })
      const batch = (await (pending ?? batches.next())).value as RecordBatch
      expect(pending ? [position, target] : [target]).toContain(batch.from)
      for (const { offset, value } of batch.records) {
        expect([all.get(offset) ?? String(value), offset >= batch.from]).toEqual([String(value), true])
        all.set(offset, String(value))
      }
    }
    expect(await valuesOf(log, topic)).toHaveLength(2_000)
  })

  it('hands out everything once when it is sought back while more comes', async () => {
    const { log, topic } = await setUp()
    const reader = readerOf(log, topic)
    const values: string[] = []
    for (let round = 0; round < 10; round++) {
      const wanted = [...values, `${round}`]
      const all = take(reader, wanted.length)
      reader.seek({ topic, partition: 0, offset: 0 })
      await write(log, topic, [`${round}`])
      expect(await all).toEqual(wanted)
      values.push(`${round}`)
    }
  })

  it('waits at an offset behind the end until the log has come there', async () => {
    const { log, topic } = await setUp()
    const reader = readerOf(log, topic, 3)
    const first = take(reader, 1)
    // Records and markers: offsets 0 and 1, 2 and 3, 4 and 5.
    for (const value of ['a', 'b', 'c']) await write(log, topic, [value])
    expect(await first).toEqual(['c'])
  })

  it('refuses a partition that its topic does not have', async () => {
    const { log, topic } = await setUp()
    const reader = log.reader({ from: [{ topic, partition: 7, offset: 0 }] })
    onTestFinished(() => reader.close())
    await expect(reader[Symbol.asyncIterator]().next()).rejects.toThrow('TOPIC_UNKNOWN')
  })
})

async function setUp(): Promise<{ log: Log; topic: string; foreign: Foreign }> {
  const log = await openKafkaLog(inject('kafkaBrokers'))
  const topic = `fetching.${randomUUID()}`
  await log.admin.ensureTopics([{ name: topic, partitions: 1 }])
  return { log, topic, foreign: new Foreign(topic) }
}

async function write(log: Log, topic: string, values: readonly string[]): Promise<void> {
  const writer = await log.writer(randomUUID())
  await writer.commit({ records: values.map(value => ({ topic, partition: 0, key: 'k', value: Buffer.from(value), headers: {}, timestamp: 1 })) })
  await writer.close()
}

function readerOf(log: Log, topic: string, offset = 0): LogReader {
  const reader = log.reader({ from: [{ topic, partition: 0, offset }] })
  onTestFinished(() => reader.close())
  return reader
}

async function take(reader: LogReader, count: number): Promise<string[]> {
  const values: string[] = []
  for await (const { records } of reader) {
    values.push(...records.map(({ value }) => String(value)))
    if (values.length >= count) break
  }
  return values
}

/** Everything up to the present end. */
async function valuesOf(log: Log, topic: string): Promise<string[]> {
  const [end] = (await log.admin.endOffsets(topic)) as [number]
  const values: string[] = []
  for await (const { records, next } of readerOf(log, topic)) {
    values.push(...records.map(({ value }) => String(value)))
    if (next >= end) break
  }
  return values
}
