import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict'
import type { LogRecord } from '@ottla/eventstore'
import { valuesOf } from './contract-run.js'
import { fact, type LogFact } from './log-fact.js'

/** What a producer without transactions promises. */
export const producerFacts: readonly LogFact[] = [
  fact('lets what a producer has sent be read as soon as the send has resolved', async run => {
    const topic = await run.topic(2)
    const producer = await run.log.producer()
    await producer.send([run.record(topic, 'a'), run.record(topic, 'b', 1), run.record(topic, 'c')])
    deepStrictEqual([await run.values(topic, 0), await run.values(topic, 1)], [['a', 'c'], ['b']])
    await producer.close()
  }),
  fact('lets a reader that waits have what a producer sends', async run => {
    const topic = await run.topic()
    const reader = run.log.reader({ from: [{ topic, partition: 0, offset: 0 }] })
    const producer = await run.log.producer()
    const batches = reader[Symbol.asyncIterator]()
    const next = batches.next()
    await producer.send([run.record(topic, 'a')])
    let records: readonly LogRecord[] = (await next).value?.records ?? []
    while (records.length === 0) records = (await batches.next()).value?.records ?? []
    deepStrictEqual(valuesOf(records), ['a'])
    await reader.close()
    await producer.close()
  }),
  fact('keeps the order of a producer in each partition, with many sends open', async run => {
    const topic = await run.topic(2)
    const producer = await run.log.producer()
    const sent = Array.from({ length: 300 }, (_, index) => ({ partition: index % 2, value: `${index}` }))
    await Promise.all(sent.map(({ partition, value }) => producer.send([run.record(topic, value, partition)])))
    for (const partition of [0, 1]) {
      const expected = sent.filter(record => record.partition === partition).map(({ value }) => value)
      deepStrictEqual(await run.values(topic, partition), expected)
    }
    await producer.close()
  }),
  fact('lets several producers and writers write to one partition', async run => {
    const topic = await run.topic()
    const [first, second, writer] = [await run.log.producer(), await run.log.producer(), await run.writer()]
    await Promise.all([
      ...['a', 'b'].map(value => first.send([run.record(topic, value)])),
      ...['c', 'd'].map(value => second.send([run.record(topic, value)])),
      writer.commit({ records: [run.record(topic, 'e')] }),
    ])
    deepStrictEqual((await run.values(topic)).toSorted(), ['a', 'b', 'c', 'd', 'e'])
    await first.close()
    await second.close()
  }),
  fact('gives back what a producer sent as it was', async run => {
    const topic = await run.topic()
    const producer = await run.log.producer()
    const record = { ...run.record(topic, ''), key: 'é/😀', value: Buffer.from([0, 255]), headers: { naïve: 'é😀', empty: '' }, timestamp: 1_234_567_890_123 }
    await producer.send([record])
    const [read] = await run.read(topic)
    deepStrictEqual([read?.key, read?.value, read?.headers, read?.timestamp], [record.key, record.value, record.headers, record.timestamp])
    await producer.close()
  }),
  fact('resolves a send without records', async run => {
    const producer = await run.log.producer()
    await producer.send([])
    await producer.close()
  }),
  fact('fails only the send with RECORD_TOO_LARGE, and the producer goes on', async run => {
    const topic = await run.topic()
    const producer = await run.log.producer()
    const large = { ...run.record(topic, ''), value: Buffer.alloc(3 * 1024 * 1024) }
    const before = producer.send([run.record(topic, 'before')])
    const refused = run.refuses(() => producer.send([large]), 'RECORD_TOO_LARGE')
    const beside = producer.send([run.record(topic, 'beside')])
    await Promise.all([before, refused, beside])
    await producer.send([run.record(topic, 'after')])
    deepStrictEqual(await run.values(topic), ['before', 'beside', 'after'])
    await producer.close()
  }),
  fact('fails only the send with TOPIC_UNKNOWN, and the producer goes on', async run => {
    const topic = await run.topic()
    const producer = await run.log.producer()
    const refused = run.refuses(() => producer.send([run.record(run.name('no-topic'), 'a')]), 'TOPIC_UNKNOWN')
    const refusedToo = run.refuses(() => producer.send([run.record(topic, 'a', 7)]), 'TOPIC_UNKNOWN')
    const beside = producer.send([run.record(topic, 'beside')])
    await Promise.all([refused, refusedToo, beside])
    await producer.send([run.record(topic, 'after')])
    deepStrictEqual(await run.values(topic), ['beside', 'after'])
    await producer.close()
  }),
  fact('settles what was sent before a producer is closed, and takes nothing after', async run => {
    const topic = await run.topic()
    const producer = await run.log.producer()
    let settled = 0
    const sends = Array.from({ length: 20 }, (_, index) => producer.send([run.record(topic, `${index}`)]).finally(() => settled++))
    await producer.close()
    strictEqual(settled, 20)
    await Promise.all(sends)
    strictEqual((await run.values(topic)).length, 20)
    await run.refuses(() => producer.send([run.record(topic, 'late')]), 'LOG_CLOSED')
    await producer.close()
  }),
  fact('takes nothing from a producer when the log is closed', async run => {
    const topic = await run.topic()
    const producer = await run.log.producer()
    await producer.send([run.record(topic, 'a')])
    await run.log.close()
    await run.refuses(() => producer.send([run.record(topic, 'b')]), 'LOG_CLOSED')
    await run.refuses(() => run.log.producer(), 'LOG_CLOSED')
    await run.reopen()
    ok((await run.values(topic)).includes('a'))
  }),
]
