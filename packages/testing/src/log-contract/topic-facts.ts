import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict'
import { at } from './contract-run.js'
import { fact, type LogFact } from './log-fact.js'

/** Topics and the offsets where their partitions begin and end. */
export const topicFacts: readonly LogFact[] = [
  fact('creates topics as they are described', async run => {
    const names = [run.name('topic'), run.name('topic'), run.name('topic')] as [string, string, string]
    const configs = [
      { name: names[0], partitions: 2 },
      { name: names[1], partitions: 1, retention: 60_000 },
      { name: names[2], partitions: 3, compacted: true },
    ]
    await run.log.admin.ensureTopics(configs)
    const listed = await run.log.admin.listTopics()
    for (const { name, partitions, retention, compacted = false } of configs) {
      for (const config of [await run.log.admin.describeTopic(name), listed.find(topic => topic.name === name)]) {
        deepStrictEqual([config?.partitions, config?.retention, config?.compacted ?? false], [partitions, retention, compacted])
      }
    }
  }),
  fact('leaves topics that exist as they are', async run => {
    const topic = await run.topic(2)
    await run.write(topic, ['a'])
    await run.log.admin.ensureTopics([{ name: topic, partitions: 2 }])
    deepStrictEqual(await run.values(topic), ['a'])
  }),
  fact('rejects with TOPIC_DIFFERS and creates nothing when a topic has another number of partitions', async run => {
    const [topic, missing] = [await run.topic(2), run.name('topic')]
    await run.refuses(
      () =>
        run.log.admin.ensureTopics([
          { name: missing, partitions: 1 },
          { name: topic, partitions: 3 },
        ]),
      'TOPIC_DIFFERS',
    )
    await run.refuses(() => run.log.admin.describeTopic(missing), 'TOPIC_UNKNOWN')
  }),
  fact('changes the retention of a topic', async run => {
    const topic = await run.topic(1, { retention: 60_000 })
    await run.log.admin.alterTopic(topic, { retention: 120_000 })
    strictEqual((await run.log.admin.describeTopic(topic)).retention, 120_000)
  }),
  fact('deletes a topic with its records', async run => {
    const topic = await run.topic()
    const group = run.name('group')
    await run.write(topic, ['a'])
    await run.commit({ records: [], consumed: { group, offsets: [at(topic, 1)] } })
    await run.log.admin.deleteTopic(topic)
    await run.refuses(() => run.log.admin.describeTopic(topic), 'TOPIC_UNKNOWN')
    await run.refuses(() => run.write(topic, ['b']), 'TOPIC_UNKNOWN')
    await run.log.admin.ensureTopics([{ name: topic, partitions: 1 }])
    deepStrictEqual(await run.values(topic), [])
    strictEqual(await run.committed(group, topic), undefined)
    await run.write(topic, ['c'])
    deepStrictEqual(await run.values(topic), ['c'])
  }),
  fact('rejects with TOPIC_UNKNOWN for topics that do not exist', async run => {
    const topic = run.name('no-topic')
    const { admin } = run.log
    await run.refuses(() => admin.describeTopic(topic), 'TOPIC_UNKNOWN')
    await run.refuses(() => admin.beginOffsets(topic), 'TOPIC_UNKNOWN')
    await run.refuses(() => admin.endOffsets(topic), 'TOPIC_UNKNOWN')
    await run.refuses(() => admin.deleteRecords([at(topic, 0)]), 'TOPIC_UNKNOWN')
    await run.refuses(() => admin.alterTopic(topic, { retention: 1 }), 'TOPIC_UNKNOWN')
    await run.refuses(() => admin.deleteTopic(topic), 'TOPIC_UNKNOWN')
  }),
  fact('begins and ends each partition at the same offset while it is empty', async run => {
    const topic = await run.topic(3)
    deepStrictEqual(await run.log.admin.beginOffsets(topic), [0, 0, 0])
    deepStrictEqual(await run.log.admin.endOffsets(topic), [0, 0, 0])
  }),
  fact('moves only the end of the partitions that are written to', async run => {
    const topic = await run.topic(2)
    const offsets = await run.write(topic, ['a', 'b'], 1)
    const [first, second] = (await run.log.admin.endOffsets(topic)) as [number, number]
    strictEqual(first, 0)
    ok(second > (offsets[1] as number))
    deepStrictEqual(await run.log.admin.beginOffsets(topic), [0, 0])
  }),
  fact('deletes the records below an offset', async run => {
    const topic = await run.topic(2)
    const offsets = await run.write(topic, ['a', 'b', 'c'])
    await run.write(topic, ['d'], 1)
    await run.log.admin.deleteRecords([at(topic, offsets[1] as number)])
    deepStrictEqual(await run.log.admin.beginOffsets(topic), [offsets[1], 0])
    deepStrictEqual([await run.values(topic, 0), await run.values(topic, 1)], [['b', 'c'], ['d']])
  }),
  fact('never moves the begin back', async run => {
    const topic = await run.topic()
    const offsets = await run.write(topic, ['a', 'b'])
    await run.log.admin.deleteRecords([at(topic, offsets[1] as number)])
    await run.log.admin.deleteRecords([at(topic, 0)])
    deepStrictEqual(await run.log.admin.beginOffsets(topic), [offsets[1]])
  }),
  fact('deletes nothing that is still to come', async run => {
    const topic = await run.topic()
    await run.write(topic, ['a'])
    const ends = await run.log.admin.endOffsets(topic)
    await run.log.admin.deleteRecords([at(topic, (ends[0] as number) + 1_000)])
    deepStrictEqual(await run.log.admin.beginOffsets(topic), ends)
    await run.write(topic, ['b'])
    deepStrictEqual(await run.values(topic), ['b'])
  }),
  fact('goes on with its offsets when all records are deleted', async run => {
    const topic = await run.topic()
    await run.write(topic, ['a', 'b'])
    const ends = await run.log.admin.endOffsets(topic)
    await run.log.admin.deleteRecords([at(topic, ends[0] as number)])
    deepStrictEqual(await run.log.admin.beginOffsets(topic), ends)
    deepStrictEqual(await run.log.admin.endOffsets(topic), ends)
    deepStrictEqual(await run.write(topic, ['c']), ends)
    deepStrictEqual(await run.values(topic), ['c'])
  }),
]
