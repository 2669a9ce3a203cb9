import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp, embedded } from 'ottla'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Account, Deposit, Withdraw } from './bank.fixture.js'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ottla-snapshots-'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const bank = () => createApp({ name: 'bank', modules: [Account], log: embedded(folder), shards: 2, snapshots: true })

async function snapshotRecords(): Promise<number> {
  const { log } = await embedded(folder).open({ readOnly: true })
  const ends = await log.admin.endOffsets('bank.snapshots')
  const reader = log.reader({ from: ends.map((_, partition) => ({ topic: 'bank.snapshots', partition, offset: 0 })) })
  const behind = new Set(ends.keys())
  let count = 0
  for await (const { partition, records, next } of reader) {
    count += records.length
    if (next >= (ends[partition] as number)) behind.delete(partition)
    if (behind.size === 0) break
  }
  await log.close()
  return count
}

describe('snapshots on the embedded log', () => {
  test('restore a node whose state store was deleted, also after the log has compacted them', async () => {
    const accounts = Array.from({ length: 400 }, (_, count) => `a${count}`)
    for (let life = 1; life <= 6; life++) {
      const app = await bank()
      await Promise.all(accounts.map(account => app.send(new Deposit({ account, amount: 1 }), { id: `${life}/${account}` })))
      await app.stop()
    }
    // The log compacts what has enough new records when it is opened.
    const written = await snapshotRecords()
    for (let open = 0; open < 20 && (await snapshotRecords()) === written; open++) {
      const app = await bank()
      await new Promise(resolve => setTimeout(resolve, 50))
      await app.stop()
    }
    expect(await snapshotRecords()).toBeLessThan(written / 2)
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(folder, `state.sqlite${suffix}`), { force: true })
    const app = await bank()
    for (const account of ['a0', 'a1', 'a2', 'a399']) {
      expect(await app.send(new Withdraw({ account, amount: 7 }))).toMatchObject({ outcome: 'rejected', version: 6 })
      expect(await app.send(new Deposit({ account, amount: 1 }), { id: `2/${account}` })).toMatchObject({ version: 2, duplicate: true })
      expect(await app.stream(Account, account)).toHaveLength(6)
    }
    await app.stop()
  })
})
