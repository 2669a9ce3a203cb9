import type { LogMember } from '@ottla/eventstore'
import { expect, test } from 'vitest'
import { Deposit } from './bank.fixture.js'
import { cluster, newNode, topics } from './node.fixture.js'

test('a node that has lost its shard and not heard of it does not say that a command is unknown', async () => {
  const shared = cluster()
  const zombie = newNode(shared)
  const join = zombie.log.member.bind(zombie.log)
  let isZombie = false
  zombie.log.member = options =>
    join({
      ...options,
      assigned: (partitions, member) => {
        const holds = member.holds.bind(member)
        member.holds = async partition => !isZombie && holds(partition)
        return options.assigned(partitions, member)
      },
    })
  await zombie.host.start()
  await zombie.send(new Deposit({ account: 'a', amount: 1 }), { id: 'before' })
  isZombie = true
  const heir = newNode(shared)
  // The group has given the shard on; the one that had it was paused by the operating system.
  heir.log.member = async options => {
    const member: LogMember = { holds: async () => true, seek() {}, pause() {}, resume() {}, leave: async () => {} }
    await options.assigned([{ topic: topics.commands, partition: 0 }], member)
    return member
  }
  await heir.host.start()
  await heir.send(new Deposit({ account: 'a', amount: 1 }), { id: 'after' })
  expect(await zombie.host.outcome('before', 'a')).toMatchObject({ outcome: 'accepted', version: 1 })
  expect(await zombie.host.outcome('after', 'a')).toMatchObject({ outcome: 'accepted', version: 2 })
  await heir.stop()
  await zombie.log.close()
  zombie.store.close()
})
