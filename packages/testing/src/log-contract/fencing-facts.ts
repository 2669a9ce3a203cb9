import { deepStrictEqual, strictEqual } from 'node:assert/strict'
import { at } from './contract-run.js'
import { fact, type LogFact } from './log-fact.js'

/** One writer per id: what keeps two owners of a shard from both committing. */
export const fencingFacts: readonly LogFact[] = [
  fact('fences a writer when another one is opened with its id', async run => {
    const topic = await run.topic()
    const id = run.name('writer')
    const older = await run.log.writer(id)
    const newer = await run.log.writer(id)
    await run.refuses(() => older.commit({ records: [run.record(topic, 'older')] }), 'WRITER_FENCED')
    await newer.commit({ records: [run.record(topic, 'newer')] })
    deepStrictEqual(await run.values(topic), ['newer'])
  }),
  fact('fences every earlier writer of the id, and for ever', async run => {
    const topic = await run.topic()
    const id = run.name('writer')
    const older = [await run.log.writer(id), await run.log.writer(id)]
    await (await run.log.writer(id)).close()
    for (const writer of older) await run.refuses(() => writer.commit({ records: [run.record(topic, 'older')] }), 'WRITER_FENCED')
    deepStrictEqual(await run.values(topic), [])
  }),
  fact('does not touch writers of other ids', async run => {
    const topic = await run.topic()
    const writer = await run.writer()
    await run.writer()
    await writer.commit({ records: [run.record(topic, 'a')] })
    deepStrictEqual(await run.values(topic), ['a'])
  }),
  fact('has settled the commits of earlier writers when the new one is there', async run => {
    const topic = await run.topic()
    const id = run.name('writer')
    const older = await run.log.writer(id)
    for (let index = 0; index < 10; index++) {
      const early = older.commit({ records: [run.record(topic, `${index}`)] }).then(
        () => true,
        () => false,
      )
      if (index < 9) strictEqual(await early, true)
      else {
        await run.log.writer(id)
        const [end] = await run.log.admin.endOffsets(topic)
        const isWritten = (await run.values(topic)).includes('9')
        strictEqual(await early, isWritten)
        deepStrictEqual(await run.log.admin.endOffsets(topic), [end])
      }
    }
  }),
  fact('writes nothing of a commit that was begun together with the new writer, or all of it', async run => {
    const topic = await run.topic(2)
    const id = run.name('writer')
    const group = run.name('group')
    const older = await run.log.writer(id)
    const newer = run.log.writer(id)
    const commit = older.commit({ records: [run.record(topic, 'a'), run.record(topic, 'b', 1)], consumed: { group, offsets: [at(topic, 0)] } })
    await newer
    const isWritten = (await Promise.allSettled([commit]))[0].status === 'fulfilled'
    deepStrictEqual([await run.values(topic, 0), await run.values(topic, 1)], isWritten ? [['a'], ['b']] : [[], []])
    strictEqual(await run.committed(group, topic), isWritten ? 0 : undefined)
  }),
  fact('keeps the group where it was when a fenced writer commits its offset', async run => {
    const topic = await run.topic()
    const [id, group] = [run.name('writer'), run.name('group')]
    const older = await run.log.writer(id)
    const [offset] = await older.commit({ records: [run.record(topic, 'a')], consumed: { group, offsets: [at(topic, 0)] } })
    await run.log.writer(id)
    await run.refuses(() => older.commit({ records: [], consumed: { group, offsets: [at(topic, (offset as number) + 1)] } }), 'WRITER_FENCED')
    strictEqual(await run.committed(group, topic), 0)
  }),
]
