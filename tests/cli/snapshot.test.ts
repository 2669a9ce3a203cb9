import type { App } from 'ottla'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ottla } from './run-ottla.js'
import { order, startShop, temporaryFolder } from './shop-data.js'

const folder = temporaryFolder()
let app: App

interface Shard {
  readonly at: string | null
  readonly events: number | null
  readonly end: number
  readonly behind: number
  readonly keys: number
  readonly bytes: number
}

async function snapshots(data = folder.data): Promise<{ app: string; shards: readonly Shard[]; behind: number; keys: number; bytes: number }> {
  const { code, stdout, stderr } = await ottla(['snapshot', '--data', data, '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

beforeAll(async () => {
  const before = await startShop(folder.data, { snapshots: true })
  for (let count = 0; count < 10; count++) await before.send(order(`o-${count}`))
  await before.stop()
  app = await startShop(folder.data, { snapshots: true })
  for (let count = 10; count < 15; count++) await app.send(order(`o-${count}`))
})

afterAll(async () => {
  await app.stop()
  folder.remove()
})

describe('ottla snapshot, while the app runs', () => {
  it('gives the marker of each shard, what lies behind it, and what a restore reads', async () => {
    const { app: name, shards, behind, keys, bytes } = await snapshots()
    expect({ name, count: shards.length, behind }).toEqual({ name: 'shop', count: 2, behind: 5 })
    for (const { at, events, end, behind } of shards) expect([typeof at, behind]).toEqual(['string', end - (events ?? 0)])
    // Ten orders, and each shard's ids of one hour or two.
    expect(keys).toBeGreaterThanOrEqual(12)
    expect(bytes).toBe(shards.reduce((sum, { bytes }) => sum + bytes, 0))
    expect(bytes).toBeGreaterThan(10 * 50)
  })

  it('prints a table with totals without --json', async () => {
    const { stdout } = await ottla(['snapshot', '--data', folder.data])
    const lines = stdout.split('\n').map(line => line.trim().split(/ {2,}/))
    expect(lines[0]).toEqual(['Shard', 'Snapshot', 'Events', 'Outcomes', 'Inbox', 'End', 'Behind', 'Keys', 'Bytes'])
    expect(lines[3]?.slice(0, 2)).toEqual(['all', '5'])
  })
})

describe('ottla snapshot of an app that takes none', () => {
  it('says so for each shard', async () => {
    const other = temporaryFolder()
    const fresh = await startShop(other.data)
    await fresh.send(order('o-1'))
    await fresh.stop()
    const { shards, behind, keys } = await snapshots(other.data)
    expect([shards.map(({ at, events }) => [at, events]), behind, keys]).toEqual([
      [
        [null, null],
        [null, null],
      ],
      1,
      0,
    ])
    expect((await ottla(['snapshot', '--data', other.data])).stdout).toContain('none')
    other.remove()
  })
})
