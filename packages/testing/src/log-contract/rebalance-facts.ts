import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict'
import { at, type ContractRun } from './contract-run.js'
import { eventually } from './eventually.js'
import { fact, type LogFact } from './log-fact.js'
import { MemberProbe } from './member-probe.js'

/** What `member` promises to several members of one group. */
export const rebalanceFacts: readonly LogFact[] = [
  fact('shares the partitions between the members, each with one of them', async run => {
    const { probes } = await shared(run, 6, 3)
    deepStrictEqual(probes.flatMap(({ held }) => [...held]).sort(), [0, 1, 2, 3, 4, 5])
    for (const { held } of probes) strictEqual(held.size, 2)
    await leave(probes)
  }),
  fact('gives each record to the one member that holds its partition', async run => {
    const { topic, probes } = await shared(run, 4, 2)
    for (let partition = 0; partition < 4; partition++) await run.write(topic, [`${partition}`], partition)
    await eventually('all records are given', () => probes.flatMap(({ values }) => values).length >= 4)
    for (const { held, values } of probes) deepStrictEqual(values.toSorted(), [...held].map(String).toSorted())
    await leave(probes)
  }),
  fact('says which member holds a partition', async run => {
    const { topic, probes } = await shared(run, 2, 2)
    for (const { held, member } of probes) {
      for (const partition of [0, 1]) strictEqual(await member.holds(at(topic, 0, partition)), held.has(partition))
    }
    await leave(probes)
  }),
  fact('leaves members of other groups alone', async run => {
    const topic = await run.topic(2)
    const probes = [
      await MemberProbe.join(run.log, { group: run.name('group'), topics: [topic] }),
      await MemberProbe.join(run.log, { group: run.name('group'), topics: [topic] }),
    ]
    for (const probe of probes) await probe.holds(2)
    await leave(probes)
  }),
  fact('gives a member of more members than partitions nothing until another one leaves', async run => {
    const { topic, probes } = await shared(run, 1, 2)
    const [holder, idle] = probes.toSorted((a, b) => b.held.size - a.held.size) as [MemberProbe, MemberProbe]
    strictEqual(idle.held.size, 0)
    await holder.member.leave()
    await idle.holds(1)
    await run.write(topic, ['a'])
    await idle.has(1)
    await idle.member.leave()
  }),
  fact('takes everything back from a member that leaves, and gives it to the others', async run => {
    const { topic, probes } = await shared(run, 4, 2)
    const [leaving, staying] = probes as [MemberProbe, MemberProbe]
    await leaving.member.leave()
    strictEqual(leaving.held.size, 0)
    await staying.holds(4)
    strictEqual(await leaving.member.holds(at(topic, 0)), false)
    for (let partition = 0; partition < 4; partition++) await run.write(topic, ['a'], partition)
    await staying.has(4)
    deepStrictEqual(leaving.values, [])
    await staying.member.leave()
  }),
  fact('gives the next holder what the group has not committed', async run => {
    const topic = await run.topic()
    const group = run.name('group')
    const offsets = await run.write(topic, ['a', 'b', 'c'])
    const first = await MemberProbe.join(run.log, { group, topics: [topic] })
    await first.has(3)
    await run.commit({ records: [], consumed: { group, offsets: [at(topic, offsets[1] as number)] } })
    await first.member.leave()
    const second = await MemberProbe.join(run.log, { group, topics: [topic] })
    await second.has(2)
    deepStrictEqual(second.values, ['b', 'c'])
    await second.member.leave()
  }),
  fact('gives no further batch of a partition that is lost while one is being handled', async run => {
    const topic = await run.topic()
    const group = run.name('group')
    const handled = Promise.withResolvers<void>()
    await run.write(topic, ['a'])
    const first = await MemberProbe.join(run.log, { group, topics: [topic], records: () => handled.promise })
    await first.has(1)
    await run.write(topic, ['b'])
    const leaving = first.member.leave()
    handled.resolve()
    await leaving
    const second = await MemberProbe.join(run.log, { group, topics: [topic] })
    await second.has(2)
    deepStrictEqual([first.values, second.values], [['a'], ['a', 'b']])
    await second.member.leave()
  }),
  fact('gives nothing of a partition that is lost while its assignment is being answered', async run => {
    const topic = await run.topic(2)
    const group = run.name('group')
    for (const partition of [0, 1]) await run.write(topic, [`${partition}`], partition)
    const answer = Promise.withResolvers<void>()
    const slow = await MemberProbe.join(run.log, { group, topics: [topic], assigned: () => answer.promise })
    const quick = await MemberProbe.join(run.log, { group, topics: [topic] })
    answer.resolve()
    await quick.has(1)
    await slow.has(1)
    ok(slow.held.size === 1 && quick.held.size === 1)
    for (const { held, values } of [slow, quick]) deepStrictEqual(values, [...held].map(String))
    await leave([slow, quick])
  }),
]

/** For logs whose members all live in one process: a partition has never two holders. */
export const orderlyRebalanceFacts: readonly LogFact[] = [
  fact('gives a partition to its next holder only when the last one has answered that it is gone', async run => {
    const topic = await run.topic(2)
    const group = run.name('group')
    const gone = Promise.withResolvers<void>()
    const first = await MemberProbe.join(run.log, { group, topics: [topic], revoked: () => gone.promise })
    await first.holds(2)
    const second = await MemberProbe.join(run.log, { group, topics: [topic] })
    const other = await run.topic()
    await run.write(other, ['elsewhere'])
    await run.values(other)
    strictEqual(second.held.size, 0)
    gone.resolve()
    await second.holds(1)
    strictEqual(first.held.size, 1)
    await leave([first, second])
  }),
  fact('goes on with the partitions that stay while others move', async run => {
    const topic = await run.topic(2)
    const group = run.name('group')
    const gone = Promise.withResolvers<void>()
    const first = await MemberProbe.join(run.log, { group, topics: [topic], revoked: () => gone.promise })
    await first.holds(2)
    const second = await MemberProbe.join(run.log, { group, topics: [topic] })
    const isStaying = await Promise.all([0, 1].map(partition => first.member.holds(at(topic, 0, partition))))
    const staying = isStaying.indexOf(true)
    await run.write(topic, ['a'], staying)
    await first.has(1)
    gone.resolve()
    await second.holds(1)
    deepStrictEqual(
      first.notes.filter(note => note.endsWith(` ${staying}`)),
      [`assigned ${staying}`, `records ${staying}`],
    )
    await leave([first, second])
  }),
]

/** A topic whose partitions are shared by a group of members. */
async function shared(run: ContractRun, partitions: number, members: number): Promise<{ topic: string; probes: MemberProbe[] }> {
  const topic = await run.topic(partitions)
  const group = run.name('group')
  const probes: MemberProbe[] = []
  for (let index = 0; index < members; index++) probes.push(await MemberProbe.join(run.log, { group, topics: [topic] }))
  await eventually('the partitions are shared', async () => {
    const held = await Promise.all(
      probes.map(async ({ held, member }) => (await Promise.all([...held].map(partition => member.holds(at(topic, 0, partition))))).every(Boolean)),
    )
    const counts = probes.map(probe => probe.held.size)
    return held.every(Boolean) && counts.reduce((sum, count) => sum + count, 0) === partitions && Math.max(...counts) - Math.min(...counts) <= 1
  })
  return { topic, probes }
}

async function leave(probes: readonly MemberProbe[]): Promise<void> {
  for (const { member } of probes) await member.leave()
}
