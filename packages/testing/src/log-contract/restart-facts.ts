import { deepStrictEqual, strictEqual } from 'node:assert/strict'
import { at } from './contract-run.js'
import { fact, type LogFact } from './log-fact.js'
import { MemberProbe } from './member-probe.js'

/** What is still true after the log was closed and opened again, or was closed. */
export const restartFacts: readonly LogFact[] = [
  fact('keeps topics, records, groups and its id over a restart', async run => {
    const topic = await run.topic(2, { retention: 3_600_000 })
    const group = run.name('group')
    const { clusterId } = run.log
    const now = Date.now()
    await run.commit({
      records: [
        { ...run.record(topic, 'a'), headers: { a: 'b' }, timestamp: now },
        { ...run.record(topic, 'b', 1), timestamp: now },
      ],
      consumed: { group, offsets: [at(topic, 0, 1)] },
    })
    const before = [await run.read(topic, 0), await run.read(topic, 1), await run.log.admin.describeTopic(topic), await run.log.admin.groupLag(group)]
    await run.reopen()
    const after = [await run.read(topic, 0), await run.read(topic, 1), await run.log.admin.describeTopic(topic), await run.log.admin.groupLag(group)]
    deepStrictEqual(JSON.stringify(after), JSON.stringify(before))
    deepStrictEqual((await run.read(topic, 0))[0]?.headers, { a: 'b' })
    strictEqual(run.log.clusterId, clusterId)
  }),
  fact('goes on with its offsets after a restart', async run => {
    const topic = await run.topic()
    await run.write(topic, ['a', 'b'])
    const ends = await run.log.admin.endOffsets(topic)
    await run.reopen()
    deepStrictEqual(await run.log.admin.endOffsets(topic), ends)
    deepStrictEqual(await run.write(topic, ['c']), ends)
    deepStrictEqual(await run.values(topic), ['a', 'b', 'c'])
  }),
  fact('goes on with its offsets after a restart when all records were deleted', async run => {
    const topic = await run.topic()
    await run.write(topic, ['a', 'b'])
    const ends = await run.log.admin.endOffsets(topic)
    await run.log.admin.deleteRecords([at(topic, ends[0] as number)])
    await run.reopen()
    deepStrictEqual(await run.log.admin.beginOffsets(topic), ends)
    deepStrictEqual(await run.write(topic, ['c']), ends)
    deepStrictEqual(await run.values(topic), ['c'])
  }),
  fact('writes nothing for a writer from before a restart', async run => {
    const topic = await run.topic()
    const id = run.name('writer')
    const older = await run.log.writer(id)
    await run.reopen()
    const newer = await run.log.writer(id)
    await run.refuses(() => older.commit({ records: [run.record(topic, 'older')] }), 'WRITER_FENCED', 'LOG_CLOSED')
    await newer.commit({ records: [run.record(topic, 'newer')] })
    deepStrictEqual(await run.values(topic), ['newer'])
  }),
  fact('rejects with LOG_CLOSED when it is closed', async run => {
    const topic = await run.topic()
    const writer = await run.writer()
    await run.log.close()
    await run.refuses(() => writer.commit({ records: [run.record(topic, 'a')] }), 'LOG_CLOSED')
    await run.refuses(() => run.writer(), 'LOG_CLOSED')
    await run.refuses(() => run.log.reader({ from: [at(topic, 0)] }), 'LOG_CLOSED')
    await run.refuses(() => MemberProbe.join(run.log, { group: run.name('group'), topics: [topic] }), 'LOG_CLOSED')
    await run.refuses(() => run.log.admin.listTopics(), 'LOG_CLOSED')
  }),
  fact('ends readers and takes partitions back from members when it is closed', async run => {
    const topic = await run.topic()
    const probe = await MemberProbe.join(run.log, { group: run.name('group'), topics: [topic] })
    await probe.holds(1)
    const waiting = run.log
      .reader({ from: [at(topic, 0)] })
      [Symbol.asyncIterator]()
      .next()
    await run.log.close()
    strictEqual((await waiting).done, true)
    strictEqual(probe.held.size, 0)
  }),
  fact('settles a commit that is under way when it is closed', async run => {
    const topic = await run.topic()
    const writer = await run.writer()
    const commit = writer.commit({ records: [run.record(topic, 'a')] })
    await run.log.close()
    const isWritten = (await Promise.allSettled([commit]))[0].status === 'fulfilled'
    await run.reopen()
    deepStrictEqual(await run.values(topic), isWritten ? ['a'] : [])
  }),
]
