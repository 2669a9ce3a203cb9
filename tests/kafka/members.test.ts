import { randomUUID } from 'node:crypto'
import type { Log, LogMember, TopicPartition } from '@ottla/eventstore'
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { openKafkaLog } from './kafka-log.fixture.js'

const session = { sessionTimeout: 3_000, heartbeatInterval: 300, rebalanceTimeout: 6_000 }
const soon = { timeout: 50_000, interval: 20 }

/** A member that notes what it is told. */
class Probe {
  readonly notes: string[] = []
  readonly values: string[] = []
  readonly failures: Error[] = []
  readonly held = new Set<number>()
  member!: LogMember

  static async join(log: Log, { group, topic }: { group: string; topic: string }, assigned?: () => Promise<void>): Promise<Probe> {
    const probe = new Probe()
    probe.member = await log.member({
      group,
      topics: [topic],
      async assigned(partitions) {
        probe.notes.push(`assigned ${partitions.map(({ partition }) => partition).sort()}`)
        await assigned?.()
        for (const { partition } of partitions) probe.held.add(partition)
        return partitions.map(({ partition, committed = 0 }) => ({ topic, partition, offset: committed }))
      },
      async revoked(partitions) {
        probe.notes.push(`revoked ${partitions.map(({ partition }) => partition).sort()}`)
        for (const { partition } of partitions) probe.held.delete(partition)
      },
      async records({ records }) {
        probe.values.push(...records.map(({ partition, value }) => `${partition}:${value}`))
      },
      failed: error => void probe.failures.push(error),
    })
    return probe
  }

  holds(count: number): Promise<void> {
    return vi.waitFor(() => expect(this.held.size).toBe(count), soon)
  }
}

describe('a member on a broker', () => {
  it('keeps its partitions while it takes them on for longer than a session may be silent', async () => {
    const { log, place } = await setUp(2)
    const done = Promise.withResolvers<void>()
    const slow = await Probe.join(log, place, () => done.promise)
    const since = performance.now()
    await vi.waitFor(() => expect(performance.now() - since).toBeGreaterThan(session.sessionTimeout * 2), soon)
    expect([await slow.member.holds(at(place, 0)), await slow.member.holds(at(place, 1))]).toEqual([true, true])
    done.resolve()
    await write(log, place, 0, 'a')
    await vi.waitFor(() => expect(slow.values).toEqual(['0:a']), soon)
    expect(slow.notes).toEqual(['assigned 0,1'])
  })

  it('is told only of the partitions that come and go, and goes on where it was with those that stay', async () => {
    const { log, place } = await setUp(4)
    const first = await Probe.join(log, place)
    await first.holds(4)
    for (const partition of [0, 1, 2, 3]) await write(log, place, partition, 'before')
    await vi.waitFor(() => expect(first.values).toHaveLength(4), soon)
    const second = await Probe.join(log, place)
    await second.holds(2)
    await first.holds(2)
    const kept = [...first.held].sort()
    for (const partition of kept) await write(log, place, partition, 'after')
    await vi.waitFor(() => expect(first.values.slice(4).sort()).toEqual(kept.map(partition => `${partition}:after`)), soon)
    await second.member.leave()
    await first.holds(4)
    const moved = [0, 1, 2, 3].filter(partition => !kept.includes(partition))
    expect(first.notes).toEqual(['assigned 0,1,2,3', `revoked ${moved}`, `assigned ${moved}`])
    expect(second.notes).toEqual([`assigned ${moved}`, `revoked ${moved}`])
  })

  it('is told of its first assignment when there is nothing in it, and of later ones only when there is', async () => {
    const { log, place } = await setUp(1)
    const holder = await Probe.join(log, place)
    await holder.holds(1)
    const [idle, other] = [await Probe.join(log, place), await Probe.join(log, place)]
    await vi.waitFor(() => expect([idle.notes, other.notes]).toEqual([['assigned '], ['assigned ']]), soon)
    await holder.member.leave()
    await vi.waitFor(() => expect([...idle.notes, ...other.notes].sort()).toEqual(['assigned ', 'assigned ', 'assigned 0']), soon)
  })

  it('loses everything when the group has given it up, and joins anew by itself', async () => {
    const { log, place } = await setUp(2)
    const probe = await Probe.join(log, place)
    await probe.holds(2)
    // Nothing of this process runs meanwhile, as with SIGSTOP.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, session.sessionTimeout * 2)
    await vi.waitFor(() => expect(probe.notes).toEqual(['assigned 0,1', 'revoked 0,1', 'assigned 0,1']), soon)
    expect(await probe.member.holds(at(place, 0))).toBe(true)
    await write(log, place, 1, 'a')
    await vi.waitFor(() => expect(probe.values).toEqual(['1:a']), soon)
    expect(probe.failures).toEqual([])
  })

  it('shares with members of the same client id', async () => {
    const { log, place } = await setUp(2)
    const twin = await openKafkaLog(inject('kafkaBrokers'), { ...session, clientId: 'twin' })
    const twins = [await Probe.join(await openKafkaLog(inject('kafkaBrokers'), { ...session, clientId: 'twin' }), place), await Probe.join(twin, place)]
    for (const probe of twins) await probe.holds(1)
    for (const partition of [0, 1]) await write(log, place, partition, 'a')
    await vi.waitFor(() => expect(twins.map(({ values }) => values.length)).toEqual([1, 1]), soon)
  })

  it('answers whether it holds a partition when a rebalance has ended, not in the middle of it', async () => {
    const { log, place } = await setUp(2)
    const first = await Probe.join(log, place)
    await first.holds(2)
    let isJoined = false
    const joining = Probe.join(log, place).finally(() => {
      isJoined = true
    })
    while (!isJoined) expect(await count(first.member, place)).toBeGreaterThan(0)
    expect([await count(first.member, place), await count((await joining).member, place)]).toEqual([1, 1])
  })
})

/** How many of the two partitions it holds. */
async function count(member: LogMember, place: { topic: string }): Promise<number> {
  return (await Promise.all([0, 1].map(partition => member.holds(at(place, partition))))).filter(Boolean).length
}

async function setUp(partitions: number): Promise<{ log: Log; place: { group: string; topic: string } }> {
  const log = await openKafkaLog(inject('kafkaBrokers'), session)
  const place = { group: `members.${randomUUID()}`, topic: `members.${randomUUID()}` }
  await log.admin.ensureTopics([{ name: place.topic, partitions }])
  return { log, place }
}

function at({ topic }: { topic: string }, partition: number): TopicPartition {
  return { topic, partition }
}

async function write(log: Log, { topic }: { topic: string }, partition: number, value: string): Promise<void> {
  const writer = await log.writer(randomUUID())
  onTestFinished(() => writer.close())
  await writer.commit({ records: [{ topic, partition, key: 'k', value: Buffer.from(value), headers: {}, timestamp: 1 }] })
}
