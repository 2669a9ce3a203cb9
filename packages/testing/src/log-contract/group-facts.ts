import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict'
import { at } from './contract-run.js'
import { fact, type LogFact } from './log-fact.js'
import { MemberProbe } from './member-probe.js'

/** Where groups stand: changed with records in one transaction, or by hand. */
export const groupFacts: readonly LogFact[] = [
  fact('commits records and the group’s offset together', async run => {
    const [inbox, outbox] = [await run.topic(), await run.topic()]
    const group = run.name('group')
    await run.write(inbox, ['a', 'b'])
    await run.commit({ records: [run.record(outbox, 'A')], consumed: { group, offsets: [at(inbox, 1)] } })
    deepStrictEqual([await run.values(outbox), await run.committed(group, inbox)], [['A'], 1])
  }),
  fact('commits neither the records nor the group’s offset when a record is refused', async run => {
    const [inbox, outbox] = [await run.topic(), await run.topic()]
    const group = run.name('group')
    await run.refuses(
      () => run.commit({ records: [run.record(outbox, 'A'), run.record(outbox, 'B', 1)], consumed: { group, offsets: [at(inbox, 1)] } }),
      'TOPIC_UNKNOWN',
    )
    deepStrictEqual([await run.values(outbox), await run.committed(group, inbox)], [[], undefined])
  }),
  fact('writes no record when the group’s offset is for a partition that does not exist', async run => {
    const topic = await run.topic()
    await run.refuses(
      () => run.commit({ records: [run.record(topic, 'a')], consumed: { group: run.name('group'), offsets: [at(topic, 0, 1)] } }),
      'TOPIC_UNKNOWN',
    )
    deepStrictEqual(await run.values(topic), [])
  }),
  fact('keeps the newest offset of each partition', async run => {
    const topic = await run.topic(2)
    const group = run.name('group')
    await run.write(topic, ['a', 'b', 'c'])
    for (const offset of [1, 2]) await run.commit({ records: [], consumed: { group, offsets: [at(topic, offset)] } })
    await run.commit({ records: [], consumed: { group, offsets: [at(topic, 0, 1)] } })
    deepStrictEqual([await run.committed(group, topic, 0), await run.committed(group, topic, 1)], [2, 0])
  }),
  fact('tells how far behind a group is', async run => {
    const topic = await run.topic()
    const group = run.name('group')
    const offsets = await run.write(topic, ['a', 'b', 'c'])
    await run.commit({ records: [], consumed: { group, offsets: [at(topic, offsets[1] as number)] } })
    const [end] = (await run.log.admin.endOffsets(topic)) as [number]
    const [lag] = await run.log.admin.groupLag(group)
    deepStrictEqual(lag, { topic, partition: 0, committed: offsets[1], end, lag: end - (offsets[1] as number) })
  }),
  fact('counts what was deleted as read', async run => {
    const topic = await run.topic()
    const group = run.name('group')
    const offsets = await run.write(topic, ['a', 'b', 'c'])
    await run.commit({ records: [], consumed: { group, offsets: [at(topic, 0)] } })
    await run.log.admin.deleteRecords([at(topic, offsets[2] as number)])
    const [end] = (await run.log.admin.endOffsets(topic)) as [number]
    deepStrictEqual((await run.log.admin.groupLag(group))[0]?.lag, end - (offsets[2] as number))
  }),
  fact('shows the lag of a group with members that has never committed', async run => {
    const topic = await run.topic()
    const group = run.name('group')
    await run.write(topic, ['a'])
    const probe = await MemberProbe.join(run.log, { group, topics: [topic] })
    await probe.has(1)
    const [lag] = await run.log.admin.groupLag(group)
    strictEqual(lag?.committed, undefined)
    ok((lag?.lag as number) >= 1)
    await probe.member.leave()
  }),
  fact('lists the groups that have members or offsets', async run => {
    const topic = await run.topic()
    const [active, stored] = [run.name('group'), run.name('group')]
    const probe = await MemberProbe.join(run.log, { group: active, topics: [topic] })
    await run.commit({ records: [], consumed: { group: stored, offsets: [at(topic, 0)] } })
    const groups = await run.log.admin.listGroups()
    ok(groups.includes(active) && groups.includes(stored))
    strictEqual(new Set(groups).size, groups.length)
    await probe.member.leave()
  }),
  fact('sets the offsets of a group without members', async run => {
    const topic = await run.topic(2)
    const group = run.name('group')
    await run.write(topic, ['a', 'b'])
    await run.commit({ records: [], consumed: { group, offsets: [at(topic, 2)] } })
    await run.log.admin.resetGroup(group, [at(topic, 1), at(topic, 0, 1)])
    deepStrictEqual([await run.committed(group, topic, 0), await run.committed(group, topic, 1)], [1, 0])
  }),
  fact('rejects with GROUP_ACTIVE while the group has members, and sets nothing', async run => {
    const topic = await run.topic()
    const group = run.name('group')
    const probe = await MemberProbe.join(run.log, { group, topics: [topic] })
    await probe.holds(1)
    await run.refuses(() => run.log.admin.resetGroup(group, [at(topic, 0)]), 'GROUP_ACTIVE')
    strictEqual(await run.committed(group, topic), undefined)
    await probe.member.leave()
    await run.log.admin.resetGroup(group, [at(topic, 0)])
    strictEqual(await run.committed(group, topic), 0)
  }),
]
