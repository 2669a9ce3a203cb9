import { systemClock } from '@ottla/core'
import { expect, test } from 'vitest'
import { newRecord, openLog, query, readAll, temporaryFolder, values } from './embedded-log.fixture.js'

const topics = [{ name: 't', partitions: 3 }]

async function newLog(options = {}) {
  const folder = temporaryFolder()
  const log = await openLog(folder, options)
  await log.admin.ensureTopics(topics)
  return { folder, log }
}

test('writes what is committed in one turn as one transaction', async () => {
  const { folder, log } = await newLog()
  const writers = await Promise.all(['a', 'b', 'c'].map(id => log.writer(id)))
  await Promise.all(writers.map(writer => writer.commit({ records: [newRecord('t', writer.id)] })))
  expect(query(folder, 'select place, next from batches')).toEqual([{ place: 0, next: 3 }])
  expect(await values(log, 't')).toEqual(['a', 'b', 'c'])
})

test('answers nobody and shows nothing before COMMIT', async () => {
  const { folder, log } = await newLog()
  const written = () => query(folder, 'select next from batches')
  const writer = await log.writer('w')
  let isAnswered = false
  const commit = writer.commit({ records: [newRecord('t', 'a')] }).then(() => {
    isAnswered = true
    return written()
  })
  expect([isAnswered, written(), await log.admin.endOffsets('t')]).toEqual([false, [], [0, 0, 0]])
  expect(await commit).toEqual([{ next: 1 }])
})

test('fails those alone in a turn that are fenced, too large, have no topic or consume of none', async () => {
  const { log } = await newLog({ maxRecordBytes: 1_000 })
  const ids = ['fine', 'fenced', 'large', 'lost', 'consumer', 'fine too']
  const writers = await Promise.all(ids.map(id => log.writer(id)))
  await log.writer('fenced')
  const extra = [[], [], [newRecord('t', 'x'.repeat(1_001))], [newRecord('none', 'x')], [], []]
  const offsets = [{ topic: 'none', partition: 0, offset: 1 }]
  const commits = await Promise.allSettled(
    writers.map((writer, index) =>
      writer.commit({
        records: [newRecord('t', `${writer.id} 0`), ...(extra[index] ?? []), newRecord('t', `${writer.id} 1`, { partition: 1 })],
        consumed: writer.id === 'consumer' ? { group: 'g', offsets } : undefined,
      }),
    ),
  )
  expect(commits.map(commit => (commit.status === 'rejected' ? commit.reason.code : commit.value))).toEqual([
    [0, 0],
    'WRITER_FENCED',
    'RECORD_TOO_LARGE',
    'TOPIC_UNKNOWN',
    'TOPIC_UNKNOWN',
    [1, 1],
  ])
  expect([await values(log, 't', 0), await values(log, 't', 1)]).toEqual([
    ['fine 0', 'fine too 0'],
    ['fine 1', 'fine too 1'],
  ])
})

test('refuses what a writer committed together with the opening of a newer one', async () => {
  const { log } = await newLog()
  const older = await log.writer('w')
  const commit = older.commit({ records: [newRecord('t', 'older')] })
  const newer = log.writer('w')
  await expect(commit).rejects.toThrow(/^WRITER_FENCED/)
  await (await newer).commit({ records: [newRecord('t', 'newer')] })
  expect(await values(log, 't')).toEqual(['newer'])
})

test('has refused it when the newer one is there', async () => {
  const { log } = await newLog({ clock: { ...systemClock, nextTurn: () => {} } })
  const older = await log.writer('w')
  const refused = expect(older.commit({ records: [newRecord('t', 'older')] })).rejects.toThrow(/^WRITER_FENCED/)
  await log.writer('w')
  await refused
})

test('refuses all commits of a writer behind one that failed', async () => {
  const { log } = await newLog()
  const writer = await log.writer('w')
  const commits = await Promise.allSettled([
    writer.commit({ records: [newRecord('t', 'a')] }),
    writer.commit({ records: [newRecord('none', 'b')] }),
    writer.commit({ records: [newRecord('t', 'c')] }),
  ])
  expect(commits.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
  expect(await values(log, 't')).toEqual(['a'])
})

test('counts key, value and headers in bytes for the largest record', async () => {
  const { log } = await newLog({ maxRecordBytes: 1_000 })
  const commit = async (bytes: number) =>
    (await log.writer('w')).commit({ records: [newRecord('t', 'x'.repeat(bytes - 10), { key: 'ééé', headers: { é: 'ab' } })] })
  await commit(1_000)
  await expect(commit(1_001)).rejects.toThrow(/^RECORD_TOO_LARGE: A record of 1001 bytes for t-0 .* 1000/)
})

test('keeps the order and the offsets of a commit that is larger than a row', async () => {
  const { folder, log } = await newLog()
  const written = Array.from({ length: 1_000 }, (_, index) => `${index}`.padEnd(300))
  const offsets = await (await log.writer('w')).commit({ records: written.map(value => newRecord('t', value)) })
  expect(offsets).toEqual(written.map((_, index) => index))
  expect(query(folder, 'select next from batches where length(bytes) < 66000')).toHaveLength(5)
  expect((await readAll(log, 't')).map(({ offset, value }) => [offset, String(value)])).toEqual(written.map((value, index) => [index, value]))
})

test('keeps keys and headers of many bytes', async () => {
  const { log } = await newLog()
  const [key, headers] = ['€'.repeat(150_000), { '€': '€'.repeat(150_000) }]
  await (await log.writer('w')).commit({ records: [newRecord('t', 'a'), newRecord('t', 'b', { key, headers }), newRecord('t', 'c')] })
  expect((await readAll(log, 't')).map(record => [record.key, String(record.value), record.headers])).toEqual([
    ['key', 'a', {}],
    [key, 'b', headers],
    ['key', 'c', {}],
  ])
})

test('grows the epoch of a writer over restarts', async () => {
  const { folder, log } = await newLog()
  await log.writer('w')
  await log.close()
  const again = await openLog(folder)
  await again.writer('w')
  expect(query(folder, 'select * from writers')).toEqual([{ id: 'w', epoch: 2 }])
})

test('settles what is queued when the log is closed', async () => {
  const { folder, log } = await newLog()
  const commit = (await log.writer('w')).commit({ records: [newRecord('t', 'a')] })
  await log.close()
  expect(await commit).toEqual([0])
  expect(await values(await openLog(folder), 't')).toEqual(['a'])
})
