import { systemClock } from '@ottla/core'
import type { LogReader, LogRecord, RecordBatch } from '@ottla/eventstore'
import { expect, it } from 'vitest'
import { recordGroups } from './record-groups.js'

const batch = (partition: number, size: number): RecordBatch => ({ topic: 't', partition, from: 0, next: size, records: new Array<LogRecord>(size) })

const groupsOf = (batches: () => AsyncGenerator<RecordBatch>) => recordGroups({ [Symbol.asyncIterator]: batches } as unknown as LogReader, systemClock)

const partitions = (group: readonly RecordBatch[]) => group.map(({ partition }) => partition)

it('joins the batches that are ready, and does not wait for others', async () => {
  const more = Promise.withResolvers<void>()
  const groups = groupsOf(async function* () {
    yield batch(0, 1)
    yield batch(1, 0)
    await more.promise
    yield batch(2, 1)
  })
  expect(partitions((await groups.next()).value ?? [])).toEqual([0, 1])
  more.resolve()
  expect(partitions((await groups.next()).value ?? [])).toEqual([2])
  expect(await groups.next()).toEqual({ done: true, value: undefined })
})

it('ends a group when it has a thousand records', async () => {
  const groups = groupsOf(async function* () {
    for (let i = 0; i < 5; i++) yield batch(i, 400)
  })
  const seen: number[][] = []
  for await (const group of groups) seen.push(partitions(group))
  expect(seen).toEqual([
    [0, 1, 2],
    [3, 4],
  ])
})

it('gives what was read before an error, and then the error, whenever it comes', async () => {
  const groups = groupsOf(async function* () {
    yield batch(0, 1000)
    throw new Error('away')
  })
  expect(partitions((await groups.next()).value ?? [])).toEqual([0])
  // The error is there while the group is being written, and nobody awaits it yet.
  await new Promise(resolve => setTimeout(resolve, 5))
  await expect(groups.next()).rejects.toThrow('away')
})
