import { expect, test } from 'vitest'
import type { LogMember, MemberOptions } from '../log/log.js'
import { newRecord, openLog, query, temporaryFolder } from './embedded-log.fixture.js'

/** A log whose topic has 3,000 records in each of two partitions. */
async function longLog() {
  const folder = temporaryFolder()
  const log = await openLog(folder)
  await log.admin.ensureTopics([{ name: 't', partitions: 2 }])
  const writer = await log.writer('w')
  for (const partition of [0, 1]) await writer.commit({ records: Array.from({ length: 3_000 }, (_, index) => newRecord('t', `${index}`, { partition })) })
  return { folder, log }
}

const start = [0, 1].map(partition => ({ topic: 't', partition, offset: 0 }))

/** Whether the event loop had a turn since this was called. */
function turnTaken(): () => boolean {
  let isTaken = false
  setImmediate(() => {
    isTaken = true
  })
  return () => isTaken
}

/** A member of the group `g`, whose handlers may be replaced. */
const member = (options: Partial<MemberOptions>): MemberOptions => ({
  group: 'g',
  topics: ['t'],
  assigned: async () => start,
  revoked: async () => {},
  records: async () => {},
  failed: () => {},
  ...options,
})

test('reads partitions in turn, so that a long one keeps nobody waiting', async () => {
  const { log } = await longLog()
  const order: number[] = []
  for await (const { partition } of log.reader({ from: start })) if (order.push(partition) === 6) break
  expect(order.toSorted()).toEqual([0, 0, 0, 1, 1, 1])
})

test('lets the event loop have its turn while a reader is far behind', async () => {
  const { log } = await longLog()
  const isTaken = turnTaken()
  let count = 0
  for await (const { records } of log.reader({ from: start })) {
    count += records.length
    if (count === 6_000) break
  }
  expect(isTaken()).toBe(true)
})

test('lets the event loop have its turn between the batches of a member', async () => {
  const { log } = await longLog()
  const turns: boolean[] = []
  let isTaken = () => true
  await log.member(
    member({
      records: async ({ partition }) => {
        if (partition !== 0) return
        turns.push(isTaken())
        isTaken = turnTaken()
      },
    }),
  )
  await expect.poll(() => turns.length).toBe(6)
  expect(turns).toEqual(Array(6).fill(true))
})

test('begins where a member is sought to while it answers its assignment, and not before the answer', async () => {
  const { log } = await longLog()
  const [asked, answer] = [Promise.withResolvers<LogMember>(), Promise.withResolvers<void>()]
  const firsts: number[] = []
  await log.member(
    member({
      assigned: async (_, self) => {
        asked.resolve(self)
        await answer.promise
        return start
      },
      records: async ({ records }) => void firsts.push(records[0]?.offset as number),
    }),
  )
  for (const to of start) (await asked.promise).seek({ ...to, offset: 2_990 })
  expect(firsts).toEqual([])
  answer.resolve()
  await expect.poll(() => firsts).toEqual([2_990, 2_990])
})

test('gives the room of a deleted topic back', async () => {
  const { folder, log } = await longLog()
  await (await log.writer('w')).commit({ records: [], consumed: { group: 'g', offsets: start } })
  await log.admin.deleteTopic('t')
  for (const table of ['batches', 'group_offsets', 'topics']) expect(query(folder, `select * from ${table}`)).toEqual([])
})
