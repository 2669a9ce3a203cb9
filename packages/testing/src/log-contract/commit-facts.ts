import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict'
import type { LogRecord } from '@ottla/eventstore'
import { valuesOf } from './contract-run.js'
import { fact, type LogFact } from './log-fact.js'

/** What `commit` promises: all or nothing, in order, as it was given. */
export const commitFacts: readonly LogFact[] = [
  fact('gives the offset of each record, at which it is read', async run => {
    const topic = await run.topic()
    const offsets = await run.write(topic, ['a', 'b', 'c'])
    const records = await run.read(topic)
    deepStrictEqual(
      records.map(({ offset }) => offset),
      offsets,
    )
    deepStrictEqual(valuesOf(records), ['a', 'b', 'c'])
  }),
  fact('gives the offsets in the order of the records, whatever their partitions', async run => {
    const topic = await run.topic(2)
    const partitions = [1, 0, 1, 0]
    const offsets = await run.commit({ records: partitions.map((partition, index) => run.record(topic, `${index}`, partition)) })
    for (const [index, partition] of partitions.entries()) {
      const [record] = await run.read(topic, partition, offsets[index])
      deepStrictEqual([record?.offset, String(record?.value)], [offsets[index], `${index}`])
    }
  }),
  fact('keeps the order of commits in a partition', async run => {
    const topic = await run.topic()
    const writer = await run.writer()
    for (let index = 0; index < 20; index++) await writer.commit({ records: [run.record(topic, `${index}`), run.record(topic, `${index}+`)] })
    deepStrictEqual(await run.values(topic), Array.from({ length: 20 }, (_, index) => [`${index}`, `${index}+`]).flat())
  }),
  fact('gives offsets that only grow, from the end offset on', async run => {
    const topic = await run.topic()
    let last = -1
    for (const value of ['a', 'b', 'c']) {
      const [end] = await run.log.admin.endOffsets(topic)
      const [offset] = await run.write(topic, [value])
      strictEqual(offset, end)
      ok((offset as number) > last)
      last = offset as number
    }
  }),
  fact('writes to several partitions and topics in one commit', async run => {
    const [first, second] = [await run.topic(2), await run.topic()]
    await run.commit({ records: [run.record(first, 'a', 0), run.record(second, 'b'), run.record(first, 'c', 1)] })
    deepStrictEqual([await run.values(first, 0), await run.values(first, 1), await run.values(second)], [['a'], ['c'], ['b']])
  }),
  fact('gives a record back as it was written', async run => {
    const topic = await run.topic()
    const value = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    const headers = { type: 'shop.OrderPlaced', 'naïve "key"\n': 'é😀\u0000', empty: '' }
    await run.commit({ records: [{ topic, partition: 0, key: 'é/😀 "\u0000', value, headers, timestamp: 1_234_567_890_123 }] })
    const [record] = await run.read(topic)
    deepStrictEqual(plain(record as LogRecord), { key: 'é/😀 "\u0000', value, headers, timestamp: 1_234_567_890_123 })
  }),
  fact('tells an empty value from a tombstone, and an empty key from none', async run => {
    const topic = await run.topic()
    const record = { topic, partition: 0, headers: {}, timestamp: 1 }
    await run.commit({
      records: [
        { ...record, key: '', value: Buffer.alloc(0) },
        { ...record, key: 'gone', value: null },
      ],
    })
    deepStrictEqual((await run.read(topic)).map(plain), [
      { key: '', value: Buffer.alloc(0), headers: {}, timestamp: 1 },
      { key: 'gone', value: null, headers: {}, timestamp: 1 },
    ])
  }),
  fact('keeps what was written when the caller changes its bytes afterwards', async run => {
    const topic = await run.topic()
    const value = Buffer.from('before')
    await run.commit({ records: [{ ...run.record(topic, ''), value }] })
    value.write('after!')
    deepStrictEqual(await run.values(topic), ['before'])
  }),
  fact('writes many records of many kilobytes in one commit', async run => {
    const topic = await run.topic(2)
    const values = Array.from({ length: 400 }, (_, index) => `${index}:`.padEnd(2_000, 'x'))
    await run.commit({ records: values.map((value, index) => run.record(topic, value, index % 2)) })
    for (const partition of [0, 1]) {
      deepStrictEqual(
        await run.values(topic, partition),
        values.filter((_, index) => index % 2 === partition),
      )
    }
  }),
  fact('takes a commit without records', async run => {
    deepStrictEqual(await run.commit({ records: [] }), [])
  }),
  fact('rejects with TOPIC_UNKNOWN and writes nothing when one of the topics does not exist', async run => {
    const topic = await run.topic()
    await run.refuses(() => run.commit({ records: [run.record(topic, 'a'), run.record(run.name('no-topic'), 'b')] }), 'TOPIC_UNKNOWN')
    deepStrictEqual(await run.values(topic), [])
  }),
  fact('rejects with TOPIC_UNKNOWN and writes nothing when a partition does not exist', async run => {
    const topic = await run.topic(2)
    await run.refuses(() => run.commit({ records: [run.record(topic, 'a'), run.record(topic, 'b', 2)] }), 'TOPIC_UNKNOWN')
    deepStrictEqual(await run.values(topic), [])
  }),
  fact('rejects with RECORD_TOO_LARGE and writes nothing', async run => {
    const topic = await run.topic()
    const large = { ...run.record(topic, ''), value: Buffer.alloc(4 * 1024 * 1024) }
    await run.refuses(() => run.commit({ records: [run.record(topic, 'a'), large] }), 'RECORD_TOO_LARGE')
    deepStrictEqual(await run.values(topic), [])
  }),
  fact('takes no commit from a writer after one that failed', async run => {
    const topic = await run.topic()
    const writer = await run.writer()
    await run.refuses(() => writer.commit({ records: [run.record(topic, 'a', 1)] }), 'TOPIC_UNKNOWN')
    await run.refuses(() => writer.commit({ records: [run.record(topic, 'b')] }))
    deepStrictEqual(await run.values(topic), [])
  }),
  fact('takes commits from a new writer with the id of one that failed', async run => {
    const topic = await run.topic()
    const id = run.name('writer')
    const failed = await run.log.writer(id)
    await run.refuses(() => failed.commit({ records: [run.record(topic, 'a', 1)] }), 'TOPIC_UNKNOWN')
    await (await run.log.writer(id)).commit({ records: [run.record(topic, 'b')] })
    deepStrictEqual(await run.values(topic), ['b'])
  }),
  fact('writes what other writers commit at the same time as one that fails', async run => {
    const topic = await run.topic(3)
    const writers = await Promise.all([run.writer(), run.writer(), run.writer()])
    const commits = writers.map((writer, index) =>
      writer.commit({ records: [run.record(topic, `${index}`, index), run.record(topic, `${index}+`, index === 1 ? 3 : index)] }),
    )
    deepStrictEqual(
      (await Promise.allSettled(commits)).map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    deepStrictEqual([await run.values(topic, 0), await run.values(topic, 1), await run.values(topic, 2)], [['0', '0+'], [], ['2', '2+']])
  }),
]

function plain({ key, value, headers, timestamp }: LogRecord) {
  return { key, value, headers, timestamp }
}
