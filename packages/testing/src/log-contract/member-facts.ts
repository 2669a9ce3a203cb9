import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict'
import type { LogMember } from '@ottla/eventstore'
import { at } from './contract-run.js'
import { eventually } from './eventually.js'
import { fact, type LogFact } from './log-fact.js'
import { MemberProbe } from './member-probe.js'

/** What `member` promises to one member: told first, then records, each partition for itself. */
export const memberFacts: readonly LogFact[] = [
  fact('gives the only member of a group all partitions of its topics', async run => {
    const topic = await run.topic(3)
    const probe = await MemberProbe.join(run.log, { group: run.name('group'), topics: [topic] })
    await probe.holds(3)
    for (const partition of [0, 1, 2]) strictEqual(await probe.member.holds(at(topic, 0, partition)), true)
    await probe.member.leave()
  }),
  fact('gives the records of a partition only when its assignment has been answered', async run => {
    const topic = await run.topic()
    const [group, other] = [run.name('group'), await run.topic()]
    await run.write(topic, ['a'])
    const answer = Promise.withResolvers<void>()
    const probe = await MemberProbe.join(run.log, { group, topics: [topic], assigned: () => answer.promise })
    await run.write(other, ['elsewhere'])
    await run.values(other)
    deepStrictEqual(probe.notes, [])
    answer.resolve()
    await probe.has(1)
    deepStrictEqual(probe.notes.slice(0, 2), ['assigned 0', 'records 0'])
    await probe.member.leave()
  }),
  fact('begins where the assignment is answered to', async run => {
    const topic = await run.topic()
    const offsets = await run.write(topic, ['a', 'b', 'c'])
    const probe = await MemberProbe.join(run.log, { group: run.name('group'), topics: [topic], start: () => offsets[1] as number })
    await probe.has(2)
    deepStrictEqual(probe.values, ['b', 'c'])
    await probe.member.leave()
  }),
  fact('gives nothing of a partition that was paused in its assignment, until it is sought to its start and resumed', async run => {
    const topic = await run.topic(2)
    const offsets = await run.write(topic, ['a', 'b', 'c'])
    await run.write(topic, ['other'], 1)
    const pause = async (_: unknown, member: LogMember) => member.pause(at(topic, 0))
    const probe = await MemberProbe.join(run.log, { group: run.name('group'), topics: [topic], assigned: pause })
    await probe.has(1)
    await run.write(topic, ['another'], 1)
    await probe.has(2)
    deepStrictEqual(probe.values, ['other', 'another'])
    probe.member.seek(at(topic, offsets[1] as number))
    probe.member.resume(at(topic, 0))
    await probe.has(4)
    deepStrictEqual(probe.valuesOf(0), ['b', 'c'])
    await probe.member.leave()
  }),
  fact('tells the first assignment also when it is empty', async run => {
    const topic = await run.topic()
    const group = run.name('group')
    const first = await MemberProbe.join(run.log, { group, topics: [topic] })
    await first.holds(1)
    const told: number[] = []
    const second = await MemberProbe.join(run.log, { group, topics: [topic], assigned: async partitions => void told.push(partitions.length) })
    // Which of them has the partition is the log's business.
    await eventually('the second member is told of its assignment', () => told.length > 0)
    await eventually('one of them has the partition', () => first.held.size + second.held.size === 1)
    await first.member.leave()
    await second.member.leave()
  }),
  fact('says with the assignment where the group stands', async run => {
    const topic = await run.topic(2)
    const group = run.name('group')
    await run.write(topic, ['a', 'b'])
    await run.commit({ records: [], consumed: { group, offsets: [at(topic, 1)] } })
    const probe = await MemberProbe.join(run.log, { group, topics: [topic] })
    await probe.holds(2)
    deepStrictEqual([probe.committed.get(0), probe.committed.get(1)], [1, undefined])
    await probe.member.leave()
  }),
  fact('gives what is committed later, in order', async run => {
    const topic = await run.topic()
    const probe = await MemberProbe.join(run.log, { group: run.name('group'), topics: [topic] })
    for (let index = 0; index < 10; index++) await run.write(topic, [`${index}`])
    await probe.has(10)
    deepStrictEqual(
      probe.values,
      Array.from({ length: 10 }, (_, index) => `${index}`),
    )
    await probe.member.leave()
  }),
  fact('gives the next batch of a partition when the one before has been handled, and other partitions meanwhile', async run => {
    const topic = await run.topic(2)
    const handled = Promise.withResolvers<void>()
    const records = async ({ partition }: { readonly partition: number }) => (partition === 0 ? handled.promise : undefined)
    const probe = await MemberProbe.join(run.log, { group: run.name('group'), topics: [topic], records })
    await run.write(topic, ['a'], 0)
    await probe.has(1)
    await run.write(topic, ['b'], 0)
    await run.write(topic, ['c'], 1)
    await probe.has(2)
    deepStrictEqual(probe.values, ['a', 'c'])
    handled.resolve()
    await probe.has(3)
    deepStrictEqual(probe.valuesOf(0), ['a', 'b'])
    await probe.member.leave()
  }),
  fact('gives records again from where it is sought to', async run => {
    const topic = await run.topic()
    const offsets = await run.write(topic, ['a', 'b'])
    const probe = await MemberProbe.join(run.log, { group: run.name('group'), topics: [topic] })
    await probe.has(2)
    probe.member.seek(at(topic, offsets[1] as number))
    await probe.has(3)
    deepStrictEqual(probe.values, ['a', 'b', 'b'])
    await probe.member.leave()
  }),
  fact('goes on where it is sought to while a batch is being handled', async run => {
    const topic = await run.topic()
    const offsets = await run.write(topic, ['a', 'b'])
    const handled = Promise.withResolvers<void>()
    const probe = await MemberProbe.join(run.log, { group: run.name('group'), topics: [topic], records: () => handled.promise })
    await probe.has(2)
    probe.member.seek(at(topic, offsets[0] as number))
    handled.resolve()
    await probe.has(4)
    deepStrictEqual(probe.values, ['a', 'b', 'a', 'b'])
    await probe.member.leave()
  }),
  fact('gives nothing of a partition while it is paused', async run => {
    const topic = await run.topic(2)
    const probe = await MemberProbe.join(run.log, { group: run.name('group'), topics: [topic] })
    await probe.holds(2)
    probe.member.pause(at(topic, 0))
    await run.write(topic, ['a'], 0)
    await run.write(topic, ['b'], 1)
    await probe.has(1)
    deepStrictEqual(probe.values, ['b'])
    probe.member.resume(at(topic, 0))
    await probe.has(2)
    deepStrictEqual(probe.values, ['b', 'a'])
    await probe.member.leave()
  }),
  fact('tells a member that has died why, and gives its partitions to the others', async run => {
    const topic = await run.topic(2)
    const group = run.name('group')
    const failing = await MemberProbe.join(run.log, { group, topics: [topic], records: () => Promise.reject(new Error('broken')) })
    const other = await MemberProbe.join(run.log, { group, topics: [topic] })
    await failing.holds(1)
    const [mine] = failing.held
    await run.write(topic, ['a'], mine)
    await eventually('the member fails', () => failing.failures.length > 0)
    strictEqual(failing.failures[0]?.message, 'broken')
    await other.has(1)
    deepStrictEqual(other.values, ['a'])
    strictEqual(await failing.member.holds(at(topic, 0, mine)), false)
    ok(other.held.size === 2)
    await other.member.leave()
  }),
  fact('rejects with TOPIC_UNKNOWN for a topic that does not exist', async run => {
    await run.refuses(() => MemberProbe.join(run.log, { group: run.name('group'), topics: [run.name('no-topic')] }), 'TOPIC_UNKNOWN')
  }),
]
