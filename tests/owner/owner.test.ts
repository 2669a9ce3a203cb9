import { systemClock } from '@ottla/core'
import { StateStore } from '@ottla/eventstore'
import { MemoryBroker, MemoryLog, MemoryRegistry } from '@ottla/testing'
import { describe, expect, test } from 'vitest'
import { Break, Deposit, Look, Withdraw } from './bank.fixture.js'
import { gate, isSettled } from './gate.fixture.js'
import { cluster, startNode } from './node.fixture.js'

describe('deciding', () => {
  test("two commands of one aggregate in one batch see each other's events", async () => {
    const node = await startNode(cluster())
    const receipts = await Promise.all([
      node.send(new Deposit({ account: 'a', amount: 10 })),
      node.send(new Withdraw({ account: 'a', amount: 7 })),
      node.send(new Withdraw({ account: 'a', amount: 7 })),
    ])
    expect(receipts.map(({ outcome, version }) => [outcome, version])).toEqual([
      ['accepted', 1],
      ['accepted', 2],
      ['rejected', 2],
    ])
    expect(receipts[2]).toMatchObject({ reason: { code: 'overdrawn', details: { balance: 3 } } })
    await node.stop()
  })

  test.each(['assigns', 'pushes', 'sets', 'throws', 'waits', 'apply'])('a handler that breaks (%s) leaves no trace', async how => {
    const node = await startNode(cluster())
    await node.send(new Deposit({ account: 'a', amount: 10 }))
    const failed = await node.send(new Break({ account: 'a', how }))
    expect(failed).toMatchObject({ outcome: 'failed', version: 1 })
    const next = await node.send(new Withdraw({ account: 'a', amount: 11 }))
    expect(next).toMatchObject({ outcome: 'rejected', version: 1, reason: { details: { balance: 10 } } })
    await node.stop()
  })

  test('rejected and event-less commands sent again give the first outcome, also after a restart without a state store', async () => {
    const shared = cluster()
    const node = await startNode(shared)
    const first = [
      await node.send(new Withdraw({ account: 'a', amount: 1 }), { id: 'w' }),
      await node.send(new Look({ account: 'a' }), { id: 'l' }),
      await node.send(new Deposit({ account: 'a', amount: 5 }), { id: 'd' }),
    ]
    await node.stop()
    const again = await startNode(shared)
    const second = [
      await again.send(new Withdraw({ account: 'a', amount: 1 }), { id: 'w' }),
      await again.send(new Look({ account: 'a' }), { id: 'l' }),
      await again.send(new Deposit({ account: 'a', amount: 5 }), { id: 'd' }),
    ]
    for (const [index, receipt] of second.entries()) {
      const { position, duplicate, ...rest } = first[index] as (typeof first)[number]
      expect(receipt).toMatchObject({ ...rest, duplicate: true })
    }
    await expect(again.send(new Deposit({ account: 'a', amount: 6 }), { id: 'd' })).rejects.toThrow('COMMAND_ID_REUSED')
    await again.stop()
  })
})

describe('committing', () => {
  test('a batch whose answer is lost takes the batches decided after it along, and every caller gets a fate', async () => {
    for (const fate of ['lost-before', 'lost-after'] as const) {
      const { onCommit, next } = gate()
      const shared = cluster({ onCommit })
      const node = await startNode(shared)
      const first = node.send(new Deposit({ account: 'a', amount: 10 }))
      const inFlight = await next()
      const second = node.send(new Withdraw({ account: 'a', amount: 7 }))
      const third = node.send(new Withdraw({ account: 'a', amount: 7 }))
      expect(await isSettled(third)).toBe(false)
      inFlight.end(fate)
      const pump = (async () => {
        for (;;) (await next()).end('ok')
      })()
      const receipts = await Promise.all([first, second, third])
      expect(receipts.map(({ outcome, version }) => [outcome, version])).toEqual([
        ['accepted', 1],
        ['accepted', 2],
        ['rejected', 2],
      ])
      expect(await node.host.streams.read('account', 'a')).toHaveLength(2)
      expect(node.failures).toEqual([])
      void pump
      node.kill()
    }
  })

  test('a hit in de-duplication is answered only when the first decision has committed', async () => {
    const { onCommit, next } = gate()
    const node = await startNode(cluster({ onCommit }))
    const first = node.send(new Deposit({ account: 'a', amount: 10 }), { id: 'one' })
    const inFlight = await next()
    const again = node.send(new Deposit({ account: 'a', amount: 10 }), { id: 'one' })
    expect(await isSettled(again)).toBe(false)
    inFlight.end('ok')
    expect(await again).toMatchObject({ outcome: 'accepted', version: 1, duplicate: true, events: [{ amount: 10 }] })
    expect(await first).toMatchObject({ duplicate: false })
    node.kill()
  })

  test('a rejection is answered only when what it was decided on has committed', async () => {
    const { onCommit, next } = gate()
    const node = await startNode(cluster({ onCommit }))
    const deposit = node.send(new Deposit({ account: 'a', amount: 1 }))
    const inFlight = await next()
    const refused = node.send(new Withdraw({ account: 'a', amount: 5 }))
    expect(await isSettled(refused)).toBe(false)
    inFlight.end('ok')
    await deposit
    expect(await isSettled(refused)).toBe(false)
    ;(await next()).end('ok')
    expect(await refused).toMatchObject({ outcome: 'rejected', reason: { details: { balance: 1 } } })
    node.kill()
  })

  test('a command that no transaction can hold is answered as failed, and those around it are decided', async () => {
    const node = await startNode(cluster({ maxRecordBytes: 300 }))
    const long = 'x'.repeat(400)
    const receipts = await Promise.all([
      node.send(new Deposit({ account: 'a', amount: 1 })),
      node.send(new Break({ account: 'a', how: long })),
      node.send(new Deposit({ account: 'a', amount: 2 })),
    ])
    expect(receipts.map(({ outcome, version }) => [outcome, version])).toEqual([
      ['accepted', 1],
      ['failed', 1],
      ['accepted', 2],
    ])
    expect(receipts[1]).toMatchObject({ error: { code: 'RECORD_TOO_LARGE' } })
    await node.stop()
  })

  test('two nodes that both believe to own a shard cannot both commit', async () => {
    const shared = cluster()
    const node = await startNode(shared)
    await node.send(new Deposit({ account: 'a', amount: 1 }))
    const other = await new MemoryLog(shared.broker, systemClock).writer('bank.0')
    const receipt = await node.send(new Deposit({ account: 'a', amount: 1 }))
    expect(receipt).toMatchObject({ outcome: 'accepted', version: 2 })
    await expect(other.commit({ records: [] })).rejects.toThrow('WRITER_FENCED')
    await node.stop()
  })
})

describe('the state store', () => {
  test('eviction under memory pressure never loads a stale state', async () => {
    const node = await startNode({ ...cluster(), limits: { streams: 1, storeBacklog: 1_000_000, storeDelay: 1_000_000 } })
    const accounts = ['a', 'b', 'c', 'd']
    for (let round = 1; round <= 20; round++) {
      const receipts = await Promise.all(accounts.map(account => node.send(new Deposit({ account, amount: 1 }))))
      expect(receipts.map(({ version }) => version)).toEqual(accounts.map(() => round))
    }
    await node.stop()
  })

  test('a store of another log is noticed and discarded', async () => {
    const store = new StateStore(':memory:')
    const first = await startNode({ ...cluster(), store })
    await first.send(new Deposit({ account: 'a', amount: 10 }))
    await first.host.stop()
    const other = await startNode({ broker: new MemoryBroker('c2'), registry: new MemoryRegistry(), store })
    expect(await other.send(new Withdraw({ account: 'a', amount: 1 }))).toMatchObject({ outcome: 'rejected', version: 0 })
    await other.stop()
  })

  test('topics that were deleted and made anew under a kept store are noticed', async () => {
    const store = new StateStore(':memory:')
    const before = cluster()
    const first = await startNode({ ...before, store })
    await first.send(new Deposit({ account: 'a', amount: 10 }))
    await first.host.stop()
    const after = cluster()
    const writer = await startNode(after)
    await writer.send(new Deposit({ account: 'b', amount: 3 }))
    await writer.send(new Deposit({ account: 'b', amount: 4 }))
    await writer.stop()
    const second = await startNode({ ...after, store })
    expect(await second.send(new Withdraw({ account: 'a', amount: 1 }))).toMatchObject({ outcome: 'rejected', version: 0 })
    expect(await second.send(new Withdraw({ account: 'b', amount: 7 }))).toMatchObject({ outcome: 'accepted', version: 3 })
    await second.stop()
  })
})
