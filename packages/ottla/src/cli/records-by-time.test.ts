import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Log, NewRecord, OpenLog } from '@ottla/eventstore'
import { embedded } from '@ottla/eventstore/embedded'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { recordsByTime } from './records-by-time.js'

const topic = 'shop.events'
let folder: string
let opened: OpenLog

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ottla-'))
  opened = await embedded(folder).open()
  await opened.log.admin.ensureTopics([{ name: topic, partitions: 3 }])
})

afterEach(async () => {
  await opened.log.close()
  rmSync(folder, { recursive: true })
})

const record = (partition: number, timestamp: number): NewRecord => ({ topic, partition, key: 'k', value: Buffer.from('v'), headers: {}, timestamp })

async function write(log: Log, records: readonly NewRecord[]): Promise<void> {
  const writer = await log.writer('test')
  await writer.commit({ records })
}

/** `partition:timestamp` of each record. */
async function read(ends?: readonly number[]): Promise<string[]> {
  const found: string[] = []
  for await (const { partition, timestamp } of recordsByTime(opened.log, topic, ends ?? (await opened.log.admin.endOffsets(topic)))) {
    found.push(`${partition}:${timestamp}`)
  }
  return found
}

describe('recordsByTime', () => {
  it('gives nothing of an empty topic', async () => {
    expect(await read()).toEqual([])
  })

  it('merges the partitions by time', async () => {
    await write(opened.log, [record(0, 1), record(2, 2), record(0, 3), record(2, 3), record(1, 4)])
    expect(await read()).toEqual(['0:1', '2:2', '0:3', '2:3', '1:4'])
  })

  it('keeps the order of a partition where its clock went back', async () => {
    await write(opened.log, [record(0, 5), record(0, 2), record(1, 3)])
    expect(await read()).toEqual(['1:3', '0:5', '0:2'])
  })

  it('gives every record once where one partition has many more than another', async () => {
    const many = Array.from({ length: 5_000 }, (_, n) => record(0, 2 * n))
    const few = [record(1, 1), record(1, 4_001), record(2, 9_999)]
    await write(opened.log, [...many, ...few])
    const expected = [...many, ...few].sort((a, b) => a.timestamp - b.timestamp).map(({ partition, timestamp }) => `${partition}:${timestamp}`)
    expect(await read()).toEqual(expected)
  })

  it('stops at the given ends and begins where records are left', async () => {
    await write(opened.log, [record(0, 1), record(0, 2), record(0, 3), record(1, 4)])
    await opened.log.admin.deleteRecords([{ topic, partition: 0, offset: 1 }])
    expect(await read([2, 0, 0])).toEqual(['0:2'])
  })
})
