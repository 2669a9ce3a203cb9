import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@ottla/core'
import { AvroCodec, deduplicationWindow, participantNamed } from '@ottla/eventstore'
import { findProjection, On, Projection, type ProjectionDefinition, ProjectionRunner, type View } from '@ottla/projections'
import { describe, expect, test } from 'vitest'
import { Deposit, Deposited, Look, Withdraw } from './bank.fixture.js'
import { cluster, recordsOf, startNode, topics } from './node.fixture.js'

const deposit = (amount: number, account = 'a') => new Deposit({ account, amount })

@Projection('balances', { version: 1, schema: 'create table balances (account text primary key, balance integer not null)' })
class Balances {
  @On(Deposited) deposited({ account, amount }: Deposited, view: View) {
    view.run('insert into balances values (?, ?) on conflict do update set balance = balance + excluded.balance', account, amount)
  }
}

/** A node that has decided something, and one without its shard. */
async function ownerAndReader() {
  const shared = cluster()
  const [owner, reader] = [await startNode(shared), await startNode(shared)]
  for (const [index, amount] of [1, 2, 3, 4].entries()) {
    await owner.send(deposit(amount), { id: `d${index}` })
    await owner.send(deposit(100, 'b'), { id: `d${index}` })
  }
  await owner.send(new Withdraw({ account: 'a', amount: 50 }), { id: 'refused' })
  await owner.send(new Look({ account: 'a' }), { id: 'look' })
  const stop = async () => {
    await reader.stop()
    await owner.stop()
  }
  return { shared, owner, reader, stop }
}

describe('a node without the shard', () => {
  test('reads all of a stream, or a range of it', async () => {
    const { owner, reader, stop } = await ownerAndReader()
    for (const range of [{}, { to: 2 }, { to: 0 }, { until: new Date(0) }])
      expect(await reader.host.streams.read('account', 'a', range)).toEqual(await owner.host.streams.read('account', 'a', range))
    expect((await reader.host.streams.read('account', 'a')).map(({ version }) => version)).toEqual([1, 2, 3, 4])
    expect(await reader.host.streams.read('account', 'nobody')).toEqual([])
    await stop()
  })

  test('folds the state of a stream', async () => {
    const { reader, stop } = await ownerAndReader()
    const account = participantNamed(reader.host.model, 'account')
    expect(await reader.host.streams.fold(account, 'a')).toMatchObject({ version: 4, state: { balance: 10 } })
    expect(await reader.host.streams.fold(account, 'a', { to: 3 })).toMatchObject({ version: 3, state: { balance: 6 } })
    await stop()
  })

  test('finds the outcome of every kind of command, and of no other', async () => {
    const { owner, reader, stop } = await ownerAndReader()
    expect(await reader.host.outcome('d1', 'a')).toMatchObject({ outcome: 'accepted', version: 2, events: [{ account: 'a', amount: 2 }], duplicate: true })
    for (const id of ['d3', 'refused', 'look', 'nothing']) {
      const [here, there] = [await reader.host.outcome(id, 'a'), await owner.host.outcome(id, 'a')]
      expect(here && { ...here, position: undefined }).toEqual(there && { ...there, position: undefined })
    }
    expect(await reader.host.outcome('refused', 'b')).toBeUndefined()
    await stop()
  })

  test('knows no command any more that is older than the window', async () => {
    const { shared, reader, stop } = await ownerAndReader()
    const now = Date.now
    for (const topic of [topics.events, topics.outcomes]) expect(recordsOf(shared, topic).length).toBeGreaterThan(0)
    Date.now = () => now() + deduplicationWindow + 1_000
    try {
      for (const id of ['d1', 'refused']) expect(await reader.host.outcome(id, 'a')).toBeUndefined()
    } finally {
      Date.now = now
    }
    await stop()
  })

  test('rejects rather than give a short history, when its reader is closed meanwhile', async () => {
    const { reader, stop } = await ownerAndReader()
    const open = reader.log.reader.bind(reader.log)
    reader.log.reader = options => {
      const closed = open(options)
      void closed.close()
      return closed
    }
    await expect(reader.host.streams.read('account', 'a')).rejects.toThrow('LOG_CLOSED')
    await expect(reader.host.outcome('d1', 'a')).rejects.toThrow('LOG_CLOSED')
    reader.log.reader = open
    await stop()
  })

  test('has its own write in its view when the receipt has come from another node', async () => {
    const { shared, reader, stop } = await ownerAndReader()
    const folder = mkdtempSync(join(tmpdir(), 'ottla-'))
    const definition = findProjection(Balances) as ProjectionDefinition
    const runner = new ProjectionRunner({
      definition,
      log: reader.log,
      codec: new AvroCodec(shared.registry),
      topics: [topics.events],
      folder,
      clock: systemClock,
    })
    await runner.start()
    for (let amount = 1; amount <= 10; amount++) {
      const receipt = await reader.send(deposit(amount, 'mine'))
      await runner.waitFor(receipt.position, 5_000)
      expect(runner.reader().get('select balance from balances where account = ?', 'mine')).toEqual({ balance: (amount * (amount + 1)) / 2 })
    }
    await runner.stop()
    rmSync(folder, { recursive: true })
    await stop()
  })
})
