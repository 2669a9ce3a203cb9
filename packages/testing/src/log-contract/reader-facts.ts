import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict'
import type { LogReader, LogRecord } from '@ottla/eventstore'
import { at, type ContractRun, valuesOf } from './contract-run.js'
import { fact, type LogFact } from './log-fact.js'

/** What `reader` promises: each partition in order, from where it is told to begin. */
export const readerFacts: readonly LogFact[] = [
  fact('reads from the offset that it is given', async run => {
    const topic = await run.topic()
    const offsets = await run.write(topic, ['a', 'b', 'c'])
    deepStrictEqual(valuesOf(await run.read(topic, 0, offsets[1])), ['b', 'c'])
  }),
  fact('reads each partition in order, with every record once', async run => {
    const topic = await run.topic(3)
    const values = Array.from({ length: 1_500 }, (_, index) => `${index}`)
    for (const partition of [0, 1, 2]) await run.write(topic, values, partition)
    const reader = run.log.reader({ from: [at(topic, 0), at(topic, 0, 1), at(topic, 0, 2)] })
    const records = await take(reader, 4_500)
    await reader.close()
    for (const partition of [0, 1, 2]) deepStrictEqual(valuesOf(records.filter(record => record.partition === partition)), values)
  }),
  fact('gives batches without a gap: each begins where the last one ended', async run => {
    const topic = await run.topic()
    for (let index = 0; index < 5; index++) await run.write(topic, [`${index}`, `${index}+`])
    const reader = run.log.reader({ from: [at(topic, 0)] })
    const [end] = await run.log.admin.endOffsets(topic)
    let position = 0
    for await (const batch of reader) {
      strictEqual(batch.from, position)
      ok(batch.next > batch.from)
      for (const { offset } of batch.records) ok(offset >= batch.from && offset < batch.next)
      position = batch.next
      strictEqual(reader.position(at(topic, 0)), position)
      if (position === end) break
    }
    await reader.close()
  }),
  fact('waits at the end for what is committed later', async run => {
    const [topic, other] = [await run.topic(), await run.topic()]
    const reader = run.log.reader({ from: [at(topic, 0)] })
    let isWaiting = true
    const first = take(reader, 1).finally(() => {
      isWaiting = false
    })
    await run.write(other, ['elsewhere'])
    deepStrictEqual(await run.values(other), ['elsewhere'])
    strictEqual(isWaiting, true)
    await run.write(topic, ['a'])
    deepStrictEqual(valuesOf(await first), ['a'])
    await reader.close()
  }),
  fact('begins at the log’s begin when the records that it is to begin at were deleted', async run => {
    const topic = await run.topic()
    const offsets = await run.write(topic, ['a', 'b', 'c'])
    await run.log.admin.deleteRecords([at(topic, offsets[1] as number)])
    const reader = run.log.reader({ from: [at(topic, 0)] })
    const batch = (await reader[Symbol.asyncIterator]().next()).value
    await reader.close()
    deepStrictEqual([batch?.from, batch?.records[0]?.offset], [0, offsets[1]])
    deepStrictEqual(valuesOf(await run.read(topic, 0, 0)), ['b', 'c'])
  }),
  fact('reads again what it is sought back to', async run => {
    const topic = await run.topic()
    const offsets = await run.write(topic, ['a', 'b', 'c'])
    const reader = run.log.reader({ from: [at(topic, 0)] })
    await take(reader, 3)
    reader.seek(at(topic, offsets[1] as number))
    strictEqual(reader.position(at(topic, 0)), offsets[1])
    deepStrictEqual(valuesOf(await take(reader, 2)), ['b', 'c'])
    await reader.close()
  }),
  fact('goes on when it is sought back while it waits at the end', async run => {
    const topic = await run.topic()
    await run.write(topic, ['a'])
    const reader = run.log.reader({ from: [at(topic, 0)] })
    await take(reader, 1)
    const again = take(reader, 1)
    reader.seek(at(topic, 0))
    deepStrictEqual(valuesOf(await again), ['a'])
    await reader.close()
  }),
  fact('passes over a partition while it is paused, and hands out all of it when it is resumed', async run => {
    const topic = await run.topic(2)
    await run.write(topic, ['a'], 0)
    await run.write(topic, ['b'], 1)
    const reader = run.log.reader({ from: [at(topic, 0), at(topic, 0, 1)] })
    reader.pause(at(topic, 0))
    deepStrictEqual(valuesOf(await take(reader, 1)), ['b'])
    await run.write(topic, ['c'], 1)
    deepStrictEqual(valuesOf(await take(reader, 1)), ['c'])
    const rest = take(reader, 1)
    reader.resume(at(topic, 0))
    deepStrictEqual(valuesOf(await rest), ['a'])
    await reader.close()
  }),
  fact('ends the iteration when it is closed, also one that waits', async run => {
    const topic = await run.topic()
    const reader = run.log.reader({ from: [at(topic, 0)] })
    const waiting = reader[Symbol.asyncIterator]().next()
    await reader.close()
    strictEqual((await waiting).done, true)
    strictEqual((await reader[Symbol.asyncIterator]().next()).done, true)
  }),
  fact('hands out nothing of a commit that was refused', async run => {
    const topic = await run.topic()
    const reader = run.log.reader({ from: [at(topic, 0)] })
    await run.refuses(() => run.commit({ records: [run.record(topic, 'refused'), run.record(topic, 'refused', 1)] }), 'TOPIC_UNKNOWN')
    await run.write(topic, ['a'])
    deepStrictEqual(valuesOf(await take(reader, 1)), ['a'])
    await reader.close()
  }),
  fact('hands a record out at the latest when its commit has been answered', async run => {
    const topic = await run.topic()
    const writer = await run.writer()
    for (let index = 0; index < 20; index++) {
      await writer.commit({ records: [run.record(topic, `${index}`)] })
      strictEqual((await run.values(topic)).length, index + 1)
    }
  }),
  fact('rejects with TOPIC_UNKNOWN for a topic that does not exist', async (run: ContractRun) => {
    await run.refuses(async () => {
      const reader = run.log.reader({ from: [at(run.name('no-topic'), 0)] })
      try {
        await reader[Symbol.asyncIterator]().next()
      } finally {
        await reader.close()
      }
    }, 'TOPIC_UNKNOWN')
  }),
]

/** The next `count` records; more than those fail the fact. */
async function take(reader: LogReader, count: number): Promise<LogRecord[]> {
  const batches = reader[Symbol.asyncIterator]()
  const records: LogRecord[] = []
  while (records.length < count) records.push(...((await batches.next()).value?.records ?? []))
  strictEqual(records.length, count)
  return records
}
