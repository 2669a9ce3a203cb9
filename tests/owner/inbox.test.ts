import { header, StateStore } from '@ottla/eventstore'
import { afterEach, describe, expect, test } from 'vitest'
import { Deposit, Look } from './bank.fixture.js'
import { Ask, errandModules } from './errand.fixture.js'
import { until } from './gate.fixture.js'
import { type Cluster, cluster, commandRecord, eventsOf, type Node, type NodeOptions, newNode, recordsOf, startNode, toInbox, topics } from './node.fixture.js'

const deposit = (amount = 1) => new Deposit({ account: 'a', amount })
const nodes: Node[] = []

async function start(options: NodeOptions): Promise<Node> {
  const node = await startNode(options)
  nodes.push(node)
  return node
}

afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop()
})

const position = ({ broker }: Cluster) => broker.committed('bank', { topic: topics.commands, partition: 0 }) as number
const end = ({ broker }: Cluster) => broker.end({ topic: topics.commands, partition: 0 })
const decided = (shared: Cluster) => until(() => position(shared) === end(shared))
const failures = (shared: Cluster) => recordsOf(shared, topics.outcomes).filter(({ headers }) => headers[header.outcome] === 'failed')

describe('a record of the inbox', () => {
  test('is decided however many commands of this process come', async () => {
    const shared = cluster()
    const node = await start({ ...shared, limits: { batch: 10 } })
    let answers = 0
    let goesOn = true
    const client = async () => {
      while (goesOn) {
        await node.send(deposit())
        answers++
      }
    }
    const clients = Array.from({ length: 50 }, client)
    await until(() => answers > 100)
    toInbox(shared, [await commandRecord(shared, 'a', 'from the inbox', deposit())])
    const before = answers
    await until(() => eventsOf(shared).some(({ commandId }) => commandId === 'from the inbox'))
    expect(answers - before).toBeLessThan(500)
    goesOn = false
    await Promise.all(clients)
  })

  test('that cannot be read is recorded as failed and passed over, once', async () => {
    const shared = cluster()
    const node = await start(shared)
    const good = await commandRecord(shared, 'a', 'good', deposit())
    const with_ = (changes: Record<string, string>) => ({ ...good.headers, ...changes })
    toInbox(shared, [
      { ...good, headers: {} },
      { ...good, value: null },
      { ...good, value: Buffer.from('no Avro'), headers: with_({ [header.command]: 'no Avro' }) },
      { ...good, value: Buffer.from([0, 0, 0, 99, 99, 1]), headers: with_({ [header.command]: 'no schema' }) },
      { ...good, value: good.value.subarray(0, 6), headers: with_({ [header.command]: 'cut off' }) },
      { ...good, headers: with_({ [header.type]: 'bank.Unheard', [header.command]: 'unknown type' }) },
      { ...good, headers: with_({ [header.type]: 'bank.Deposited', [header.command]: 'no command' }) },
      { ...good, headers: with_({ [header.message]: 'event', [header.saga]: 'unheard', [header.command]: 'no saga' }) },
      { ...good, headers: with_({ [header.message]: 'wish' }) },
      good,
    ])
    await decided(shared)
    expect(eventsOf(shared)).toMatchObject([{ commandId: 'good' }])
    expect(failures(shared)).toHaveLength(9)
    expect(await node.send(deposit())).toMatchObject({ version: 2 })
    await node.stop()
    nodes.pop()
    const again = await start(shared)
    expect(await again.send(deposit())).toMatchObject({ version: 3 })
    expect(failures(shared)).toHaveLength(9)
  })

  test('without a key is recorded as failed and passed over', async () => {
    const shared = cluster()
    await start(shared)
    toInbox(shared, [{ key: 'a', value: Buffer.from('x') }])
    Object.assign(recordsOf(shared, topics.commands)[0] as object, { key: null })
    await decided(shared)
    expect(failures(shared)).toHaveLength(1)
  })

  test.each(['key', 'id', 'correlation id', 'reply address'])('whose %s is as large as a record may be is recorded as failed and passed over', async what => {
    const shared = cluster({ maxRecordBytes: 50_000 })
    const node = await start(shared)
    const good = await commandRecord(shared, 'a', 'good', deposit())
    const huge = 'x'.repeat(49_980)
    const large: Record<string, string> = { id: header.command, 'correlation id': header.correlation, 'reply address': header.replyTo }
    toInbox(shared, [what === 'key' ? { ...good, key: huge } : { ...good, headers: { ...good.headers, [large[what] as string]: huge } }, good])
    await decided(shared)
    expect(failures(shared)).toHaveLength(1)
    expect(eventsOf(shared)).toMatchObject([{ commandId: 'good' }])
    expect(node.failures).toEqual([])
  })

  test('that cannot be read any more is answered to the saga that sent it', async () => {
    const shared = { ...cluster(), modules: errandModules }
    const first = newNode({ ...shared, limits: { batchBytes: 1 } })
    const isOnItsWay = () => recordsOf(shared, topics.commands).find(({ headers }) => headers[header.type] === 'errand.Note')
    const killed = new Promise<void>(resolve => {
      shared.broker.watch(() => {
        const note = isOnItsWay()
        if (!note) return
        Object.assign(note, { value: Buffer.from('damaged') })
        first.kill()
        resolve()
      })
    })
    await first.host.start()
    first.send(new Ask({ errand: 'e', board: 'b', text: 'e', padding: 0 })).catch(() => undefined)
    await killed
    const second = await start(shared)
    await until(() => eventsOf(shared).some(({ type }) => type === 'ottla.saga.SagaCompensated'))
    const answers = (await second.host.streams.read('errand', 'e')).filter(({ type }) => type === 'ottla.saga.StepAnswered')
    expect(answers[0]?.message).toMatchObject({ outcome: 'failed', code: 'RECORD_FORMAT_UNKNOWN' })
  })
})

describe('the position of the inbox', () => {
  /** A log with events, whose inbox had one command. */
  async function used(viaInbox = true): Promise<Cluster> {
    const shared = cluster()
    const node = await startNode(shared)
    if (viaInbox) {
      toInbox(shared, [await commandRecord(shared, 'a', 'from the inbox', deposit())])
      await decided(shared)
    } else {
      await node.send(deposit())
    }
    await node.stop()
    return shared
  }

  test('that neither the group nor the log has, though there are events, is an error and never reset', async () => {
    const shared = await used(false)
    shared.broker.offsets.delete('bank')
    const node = newNode(shared)
    await expect(node.host.start()).rejects.toThrow('INBOX_LOST')
    expect(shared.broker.offsets.get('bank')?.size ?? 0).toBe(0)
    await node.log.close()
  })

  test('that the group has lost is found in the log', async () => {
    const shared = await used()
    const before = position(shared)
    shared.broker.offsets.delete('bank')
    const node = await start(shared)
    toInbox(shared, [{ key: 'a', value: Buffer.from('no command') }])
    await decided(shared)
    expect(before).toBeGreaterThan(0)
    expect(failures(shared)).toHaveLength(1)
    expect(await node.send(deposit())).toMatchObject({ version: 2 })
  })

  test('that the group has lost is found in the store, where the log was not read again', async () => {
    const shared = cluster()
    const store = new StateStore(':memory:')
    const node = await startNode({ ...shared, store })
    toInbox(shared, [{ key: 'a', value: Buffer.from('no command') }])
    await decided(shared)
    await node.send(deposit())
    await node.host.stop()
    shared.broker.offsets.delete('bank')
    const again = await start({ ...shared, store })
    expect(await again.send(deposit())).toMatchObject({ version: 2 })
    expect(failures(shared)).toHaveLength(1)
  })

  test('below the beginning of the inbox is an error', async () => {
    const shared = await used()
    toInbox(shared, [await commandRecord(shared, 'a', 'deleted', deposit())])
    const partition = shared.broker.partition({ topic: topics.commands, partition: 0 })
    partition.begin = partition.end
    partition.records = []
    const node = newNode(shared)
    await expect(node.host.start()).rejects.toThrow(/^INBOX_LOST.*but the inbox begins at/)
    await node.log.close()
  })

  test('beyond the end of an inbox that was made anew is an error, until an operator sets it', async () => {
    const shared = cluster()
    const first = await startNode(shared)
    for (const id of ['1', '2', '3']) toInbox(shared, [await commandRecord(shared, 'a', id, deposit())])
    await decided(shared)
    await first.stop()
    const inbox = shared.broker.partition({ topic: topics.commands, partition: 0 })
    inbox.end = 0
    inbox.records = []
    const node = newNode(shared)
    await expect(node.host.start()).rejects.toThrow(/^INBOX_LOST.*but the inbox ends at 0/)
    await node.log.close()
    toInbox(shared, [await commandRecord(shared, 'a', 'in the new one', deposit())])
    const operator = newNode(shared)
    await operator.log.admin.resetGroup('bank', [{ topic: topics.commands, partition: 0, offset: 0 }])
    await operator.log.close()
    await start(shared)
    await until(() => eventsOf(shared).some(({ commandId }) => commandId === 'in the new one'))
  })
})

test('what has been decided is deleted from the inbox now and then', async () => {
  const shared = cluster()
  await start(shared)
  const look = await commandRecord(shared, 'a', 'x', new Look({ account: 'a' }))
  for (let chunk = 0; chunk < 6; chunk++) {
    toInbox(
      shared,
      Array.from({ length: 1_000 }, (_, index) => ({ ...look, headers: { ...look.headers, [header.command]: `c${chunk}-${index}` } })),
    )
  }
  await decided(shared)
  await until(() => shared.broker.begin({ topic: topics.commands, partition: 0 }) > 0)
  expect(shared.broker.begin({ topic: topics.commands, partition: 0 })).toBeLessThanOrEqual(position(shared))
  expect(recordsOf(shared, topics.outcomes)).toHaveLength(6_000)
})
